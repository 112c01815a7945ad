import { setImmediate } from 'node:timers/promises'
import { EmbedlineError } from '../domain/errors.ts'
import type { Space, Warning } from '../domain/embedding.ts'
import { inLimit } from '../domain/limitFacts.ts'
import { spaceOf, type ModelFacts } from '../domain/model.ts'
import { consumerOf, type Account } from '../domain/task.ts'
import { unitPrefix } from '../lib/unitPrefix.ts'
import { standIn } from './create.ts'
import type { TaskParts } from './parts.ts'
import { refuseSpent } from './quotas.ts'
import { textVectors } from './textVectors.ts'
import { tokensOf } from './tokensOf.ts'
import { usableModel } from './usableModel.ts'

export interface TextsOrder {
  modelName: string
  texts: readonly string[]
  /** Fewer numbers than the model gives; absent: all of them. */
  dimension?: number
}

export interface TextEmbeddings {
  model: ModelFacts
  space: Space
  /** Unit length, in the order of the texts. */
  vectors: readonly Float32Array[]
  /** Of all texts together, as the limit counts them. */
  tokenCount: number
  warnings: readonly Warning[]
}

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
  const most = parts.limits.inputTexts
  if (texts.length > most)
    throw new EmbedlineError('request_invalid', `At most ${most} texts are taken${inLimit('inputTexts')}.`, {
      field: 'texts',
    })
  const length = lengthOf(model, dimension)
  const tokenCount = await countTokens(parts, texts)
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
  const most = parts.limits.inputTextTokens
  let tokens = 0
  let characters = 0
  for (const [index, text] of texts.entries()) {
    tokens += tokensOf(parts, text, { most, limit: 'inputTextTokens', what: `Text ${index}`, field: 'texts' })
    characters += text.length
    if (characters < TURN_CHARACTERS) continue
    characters = 0
    await setImmediate()
  }
  return tokens
}
