import { EmbedlineError } from '../domain/errors.ts'
import { inLimit, mostBytes, type LimitName } from '../domain/limitFacts.ts'
import type { ModelFacts } from '../domain/model.ts'
import { consumerOf, type Account } from '../domain/task.ts'
import type { MixtureSize, MixtureSource } from '../domain/mixtureWork.ts'
import type { VectorOptions } from '../domain/taskRequest.ts'
import { getAsset } from '../store/assets.ts'
import { standIn, type MediaSource } from './create.ts'
import type { SyncEmbedding } from './embedNow.ts'
import { withLocalFile } from './localFile.ts'
import type { TaskParts } from './parts.ts'
import { refuseSpent } from './quotas.ts'
import { textVectors } from './textVectors.ts'
import { tokensOf } from './tokensOf.ts'
import { usableModel } from './usableModel.ts'
import { checkVectors } from './withinModel.ts'

export interface MixtureOrder extends VectorOptions {
  modelName: string
  /** At least one of text and sources is there. */
  text?: string
  /** Of the text. */
  mostTokens: Extract<LimitName, 'textTokens' | 'mixedTextTokens'>
  /** Whether a longer text is cut off there, rather than refused. */
  cutsText?: boolean
  sources: readonly { kind: MixtureSource['kind']; source: MediaSource }[]
}

export interface MixtureEmbedding extends SyncEmbedding {
  sizes: readonly MixtureSize[]
  textTokens: number
  isTextCut: boolean
}

type Embedded = Pick<MixtureEmbedding, 'kind' | 'vector' | 'uncertainty' | 'sizes' | 'warnings'>

/** What getting and embedding the sources needs. */
interface Surroundings {
  parts: TaskParts
  account: Account
  order: MixtureOrder
  model: ModelFacts
  signal: AbortSignal
}

/**
 * One vector of a text and of media at once. Throws what `usableModel` and `checkVectors` throw, `rate_limited` when the
 * key has no minutes left for a video or a sound, what getting and reading a source throws, naming it as `sources.0`, and
 * `request_invalid` for an uncertainty of what has no parts.
 */
export async function embedMixture(
  parts: TaskParts,
  account: Account,
  order: MixtureOrder,
  signal: AbortSignal,
): Promise<MixtureEmbedding> {
  const model = usableModel(parts, order.modelName)
  checkVectors(order, model)
  const words = order.text === undefined ? undefined : shortened(parts, order.text, order)
  const cut = { ...order, ...(words && { text: words.text }) }
  const surroundings = { parts, account, order: cut, model, signal }
  const isMedia = order.sources.some(({ kind }) => hasMinutes(kind))
  if (isMedia) await parts.usage?.checkMedia(account)
  await refuseSpent(parts, account, [
    ...(words ? (['tokensPerDay'] as const) : []),
    ...(isMedia ? (['mediaSecPerDay'] as const) : []),
  ])
  const embedded = await (model.isRemote ? embedRemotely(surroundings) : withFiles(surroundings, []))
  await countUsed(parts, account, { sizes: embedded.sizes, tokens: words?.tokens ?? 0 })
  return {
    ...embedded,
    model,
    textTokens: words?.tokens ?? 0,
    isTextCut: words?.isCut ?? false,
    warnings: [...standIn(order.modelName, model), ...embedded.warnings],
  }
}

/** Limits count how long such a source lasts. */
const hasMinutes = (kind: MixtureSource['kind']): boolean => kind === 'video' || kind === 'audio'

/** What was used by an answer: media by their minutes, and the text. */
async function countUsed(
  parts: TaskParts,
  account: Account,
  { sizes, tokens }: { sizes: readonly MixtureSize[]; tokens: number },
): Promise<void> {
  const mediaSec = sizes.reduce((sum, { kind, amount }) => sum + (hasMinutes(kind) ? amount : 0), 0)
  if (mediaSec > 0) await parts.usage?.countMedia(account, mediaSec)
  const mediaMs = Math.round(mediaSec * 1000)
  parts.tally.count(consumerOf(account), { mediaMs, plannedMs: mediaMs, tokens })
}

/** The text as far as it may go. Throws `text_too_long` for a longer one that must not be cut. */
function shortened(
  parts: TaskParts,
  text: string,
  { mostTokens: limit, cutsText = false }: MixtureOrder,
): { text: string; tokens: number; isCut: boolean } {
  const most = parts.limits[limit]
  const countTokens = (words: string) => parts.models.countTokens(words, most)
  if (!cutsText) {
    const tokens = tokensOf(parts, text, { most, limit, what: 'The text', field: 'text' })
    return { text, tokens, isCut: false }
  }
  const tokens = countTokens(text)
  if (tokens <= most) return { text, tokens, isCut: false }
  // The longest beginning that is not too long, by halving.
  let [fits, tooLong] = [0, text.length]
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1
    if (countTokens(text.slice(0, middle)) <= most) fits = middle
    else tooLong = middle
  }
  return { text: text.slice(0, fits).toWellFormed().trimEnd(), tokens: most, isCut: true }
}

/** Gets one source after the other to a local file, and embeds when all are there. */
function withFiles(surroundings: Surroundings, files: readonly MixtureSource[]): Promise<Embedded> {
  const { parts, account, order, model, signal } = surroundings
  const { text, uncertainty = false } = order
  const at = files.length
  const next = order.sources[at]
  if (!next)
    return parts.compute.embedMixture(
      { model, sources: files, uncertainty, ...(text !== undefined && { text }) },
      signal,
    )
  const options = { limitBytes: mostBytes(parts.limits, 'mixedMediaBytes'), signal }
  return inSource(at, async () => {
    await checkAssetSize(parts, account, next.source)
    return withLocalFile(parts, account, next.source, options, (file) =>
      withFiles(surroundings, [...files, { kind: next.kind, file }]),
    )
  })
}

async function embedRemotely({ parts, order, model, signal }: Surroundings): Promise<Embedded> {
  const { text, sources } = order
  if (sources.length > 0 || text === undefined)
    throw new EmbedlineError('modality_unsupported', `The model ${model.id} embeds text only.`, {
      field: 'sources.0',
    })
  const [vector] = await textVectors(parts, { model, texts: [text], use: 'query' }, signal)
  if (!vector) throw new Error('a text was given and no vector came back')
  return { kind: 'text', vector, sizes: [], warnings: [] }
}

/** What a failure says of a source is named after it, unless a later one is to blame. */
async function inSource<T>(at: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (failure) {
    const isKnown = failure instanceof EmbedlineError && failure.field !== undefined
    if (!isKnown || failure.field.startsWith('sources.') || !SOURCE_FIELDS.has(failure.field)) throw failure
    throw failure.inField(`sources.${at}`)
  }
}

const SOURCE_FIELDS: ReadonlySet<string> = new Set(['assetId', 'url'])

async function checkAssetSize(parts: TaskParts, account: Account, source: MediaSource): Promise<void> {
  if (!('assetId' in source)) return
  const found = await getAsset(parts.store.read, account.id, source.assetId)
  if (!found || found.asset.sizeBytes <= parts.limits.mixedMediaBytes) return
  throw new EmbedlineError(
    'too_large',
    `More than ${parts.limits.mixedMediaBytes} bytes are not taken${inLimit('mixedMediaBytes')}.`,
    { field: 'assetId' },
  )
}
