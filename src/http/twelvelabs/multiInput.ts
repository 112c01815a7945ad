import { EmbedlineError } from '../../domain/errors.ts'
import { mostBytes } from '../../domain/limitFacts.ts'
import type { VectorOptions } from '../../domain/taskRequest.ts'
import { embedMixture, type MixtureEmbedding, type MixtureOrder } from '../../tasks/embedMixture.ts'
import { untilGone } from '../untilGone.ts'
import { inFieldsOf } from './errors.ts'
import type { JsonBody } from '../json/jsonBody.ts'
import type { MultiInputBody } from './marengo35/schema.ts'
import { mediaSource, sourceKey } from './mediaRequest.ts'
import { presentVector } from './present.ts'
import type { Call } from './route.ts'
import { PICTURE_TOKENS, TOKENS_PER_SEC } from './usage.ts'

const FIELD = 'multi_input'
const TEXT = `${FIELD}.input_text`
const placeOf = (at: number) => `${FIELD}.media_sources[${at}]`

const invalid = (field: string, message: string) => new EmbedlineError('request_invalid', message, { field })

export interface MultiInputOrder extends VectorOptions {
  modelName: string
  mostTokens: MixtureOrder['mostTokens']
  cutsText?: boolean
}

/**
 * One vector of a text, of media, or of both. Throws `request_invalid` and `parameter_missing` for what does not fit
 * together, and what `embedMixture` throws.
 */
export async function embedMultiInput(
  call: Call,
  body: MultiInputBody | undefined,
  json: JsonBody,
  order: MultiInputOrder,
): Promise<{ embedding: MixtureEmbedding; answer: ReturnType<typeof presentVector> }> {
  const { input_text: text, media_sources: sources = [] } = body ?? {}
  if (text === undefined && sources.length === 0)
    throw new EmbedlineError('parameter_missing', 'Or `media_sources` instead.', { field: TEXT })
  checkNames(text, sources)
  checkTogether(text, sources, order)
  const limitBytes = mostBytes(call.parts.limits, 'mixedMediaBytes')
  const mixture: MixtureOrder = {
    ...order,
    ...(text !== undefined && { text: withoutMarks(text) }),
    sources: sources.map((source, at) => ({
      kind: source.media_type,
      source: mediaSource(source, json, { field: placeOf(at), limitBytes }),
    })),
  }
  const embedding = await blamingPlaces(mixture, () =>
    embedMixture(call.parts, call.account, mixture, untilGone(call.reply)),
  )
  const answer = presentVector(embedding, { input_type: FIELD }, order.dimension)
  return { embedding, answer }
}

const MARK = /<@([^<>]+)>/g

/** What stands for a source in a text is read as its name. */
const withoutMarks = (text: string): string => text.replaceAll(MARK, '$1')

type Sources = NonNullable<MultiInputBody['media_sources']>

function checkNames(text: string | undefined, sources: Sources): void {
  const names = new Set<string>()
  for (const [at, { name }] of sources.entries()) {
    if (name !== undefined && names.has(name)) throw invalid(`${placeOf(at)}.name`, 'Another source has it.')
    if (name !== undefined) names.add(name)
  }
  for (const [, name = ''] of text?.matchAll(MARK) ?? [])
    if (!names.has(name)) throw invalid(TEXT, `No source is named \`${name}\`.`)
}

function checkTogether(text: string | undefined, sources: Sources, { uncertainty }: MultiInputOrder): void {
  const types = new Set(sources.map(({ media_type: type }) => type))
  if (types.has('document') && sources.length > 1)
    throw invalid(`${FIELD}.media_sources`, 'A document must be the only source.')
  if (types.size > 1 && text === undefined)
    throw new EmbedlineError('parameter_missing', 'Sources of several types need it.', { field: TEXT })
  if (uncertainty && text !== undefined && sources.length > 0)
    throw invalid('embedding_uncertainty', 'It is told of a text alone, or of media alone.')
}

/** Says where in the request the source stands that is to blame. */
async function blamingPlaces<T>(order: MixtureOrder, verb: () => Promise<T>): Promise<T> {
  try {
    return await inFieldsOf(FIELD, verb)
  } catch (failure) {
    const at =
      failure instanceof EmbedlineError ? /^sources\.(\d+)$/.exec(failure.field ?? '')?.[1] : undefined
    if (!(failure instanceof EmbedlineError) || at === undefined) throw failure
    const source = order.sources[Number(at)]?.source
    throw failure.inField(`${placeOf(Number(at))}${source ? `.${sourceKey(source)}` : ''}`)
  }
}

const COUNTED = { image: PICTURE_TOKENS, document: PICTURE_TOKENS, ...TOKENS_PER_SEC } as const

/** What was used, where the model's contract tells that. */
export function presentMixtureUsage({ sizes, textTokens, isTextCut }: MixtureEmbedding) {
  const tokens: Record<string, number> = textTokens > 0 ? { text: textTokens } : {}
  for (const { kind, amount } of sizes) tokens[kind] = (tokens[kind] ?? 0) + Math.ceil(amount * COUNTED[kind])
  return { usage: { input_tokens: tokens, truncated: isTextCut } }
}
