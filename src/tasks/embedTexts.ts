import { setImmediate } from 'node:timers/promises'
import { EmbedlineError } from '../domain/errors.ts'
import { inLimit } from '../domain/limitFacts.ts'
import type { TextEmbeddings, TextsOrder } from '../domain/textEmbeddings.ts'
import { spaceOf, type ModelFacts } from '../domain/model.ts'
import { consumerOf, type Account } from '../domain/task.ts'
import { unitPrefix } from '../lib/unitPrefix.ts'
import { standIn } from './create.ts'
import type { TaskParts } from './parts.ts'
import { refuseSpent } from './quotas.ts'
import { textVectors } from './textVectors.ts'
import { tokensOf } from './tokensOf.ts'
import { usableModel } from './usableModel.ts'

/** Texts that go to a compute child at once: others get their turn in between. */
const BATCH_TEXTS = 64

/** Counting so many takes about 10 ms; then others get their turn. */
const TURN_CHARACTERS = 100_000

/**
 * Embeds texts at once, as documents. Throws `model_unknown`; `text_too_long`, rather than cut one; `request_invalid`
 * for too many texts and for a dimension that the model does not have; `rate_limited` when a quota of the account is spent.
 */
export async function embedTexts(
  parts: TaskParts,
  account: Account,
  { modelName, texts, dimension }: TextsOrder,
  signal?: AbortSignal,
): Promise<TextEmbeddings> {
  const model = usableModel(parts, modelName)
  const { length, tokenCount } = await measureTexts(parts, model, { texts, dimension })
  await refuseSpent(parts, account, ['tokensPerDay'])
  const vectors: Float32Array[] = []
  for (let from = 0; from < texts.length; from += BATCH_TEXTS) {
    const batch = texts.slice(from, from + BATCH_TEXTS)
    for (const vector of await textVectors(parts, { model, texts: batch, use: 'document' }, signal))
      vectors.push(unitPrefix(vector, length))
  }
  parts.tally.count(consumerOf(account), { tokens: tokenCount })
  const { space } = spaceOf(model, 'text')
  return { model, space, vectors, tokenCount, warnings: standIn(modelName, model) }
}

/**
 * How long the vectors of texts will be, and how many tokens the texts have. Throws `request_invalid` and
 * `text_too_long` as `embedTexts` does.
 */
export async function measureTexts(
  parts: TaskParts,
  model: ModelFacts,
  { texts, dimension }: Pick<TextsOrder, 'texts'> & { dimension?: number | undefined },
): Promise<{ length: number; tokenCount: number }> {
  const most = parts.limits.inputTexts
  if (texts.length > most)
    throw new EmbedlineError('request_invalid', `At most ${most} texts are taken${inLimit('inputTexts')}.`, {
      field: 'texts',
    })
  return { length: lengthOf(model, dimension), tokenCount: await countTokens(parts, texts) }
}

function lengthOf(model: ModelFacts, wanted: number | undefined): number {
  const { id, arePrefixesUsable } = model
  const { dimension } = spaceOf(model, 'text')
  if (wanted === undefined || wanted === dimension) return dimension
  if (arePrefixesUsable === true && Number.isInteger(wanted) && wanted >= 1 && wanted < dimension)
    return wanted
  const own =
    arePrefixesUsable === true ? `has 1 to ${dimension} dimensions` : `has ${dimension} dimensions only`
  throw new EmbedlineError('request_invalid', `${id} ${own}.`, { field: 'dimension' })
}

async function countTokens(parts: TaskParts, texts: readonly string[]): Promise<number> {
  const { inputTextTokens: most, inputTokens: mostInAll } = parts.limits
  let tokens = 0
  let characters = 0
  for (const [index, text] of texts.entries()) {
    tokens += tokensOf(parts, text, { most, limit: 'inputTextTokens', what: `Text ${index}`, field: 'texts' })
    if (tokens > mostInAll)
      throw new EmbedlineError(
        'text_too_long',
        `The texts have more than ${mostInAll} tokens together${inLimit('inputTokens')}.`,
        { field: 'texts' },
      )
    characters += text.length
    if (characters < TURN_CHARACTERS) continue
    characters = 0
    await setImmediate()
  }
  return tokens
}
