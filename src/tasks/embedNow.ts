import type { Warning } from '../domain/embedding.ts'
import { mostBytes } from '../domain/limitFacts.ts'
import { spaceOf, type InputKind, type ModelFacts } from '../domain/model.ts'
import { consumerOf, type Account } from '../domain/task.ts'
import { checkPicture } from './checkPicture.ts'
import { standIn, type MediaSource } from './create.ts'
import { withLocalFile } from './localFile.ts'
import type { TaskParts } from './parts.ts'
import { refuseSpent } from './quotas.ts'
import { textVectors } from './textVectors.ts'
import { tokensOf, type TextBound } from './tokensOf.ts'
import { usableModel } from './usableModel.ts'

export interface SyncEmbedding {
  model: ModelFacts
  kind: InputKind
  /** Unit length. */
  vector: Float32Array
  /** How far each of its numbers varies within what was embedded. */
  uncertainty?: Float32Array
  warnings: readonly Warning[]
}

/**
 * Embeds one text at once, as a query, and counts it for the account. Throws what `embedQuery` throws, and `rate_limited`
 * when a quota of the account is spent.
 */
export async function embedText(
  parts: TaskParts,
  account: Account,
  order: { modelName: string; text: string },
  signal?: AbortSignal,
): Promise<SyncEmbedding> {
  await refuseSpent(parts, account, ['tokensPerDay'])
  const embedding = await embedQuery(parts, order, signal)
  parts.tally.count(consumerOf(account), { tokens: embedding.textTokens })
  return embedding
}

/** The same for a search, which is not counted. Throws `model_unknown`, and `text_too_long` rather than cut it. */
export async function embedQuery(
  parts: TaskParts,
  order: { modelName: string; text: string },
  signal?: AbortSignal,
): Promise<SyncEmbedding & { textTokens: number }> {
  const model = usableModel(parts, order.modelName)
  const textTokens = tokensOf(parts, order.text, textBound(parts))
  const [vector] = await textVectors(parts, { model, texts: [order.text], use: 'query' }, signal)
  if (!vector) throw new Error('a text was given and no vector came back')
  return { model, kind: 'text', vector, textTokens, warnings: standIn(order.modelName, model) }
}

/**
 * Embeds one picture at once, or a picture and a text together as one vector. Throws what `usableModel` throws,
 * `request_invalid` (asset), what fetching a URL throws, `media_unreadable` (no picture), `text_too_long`,
 * `rate_limited`.
 */
export async function embedPicture(
  parts: TaskParts,
  account: Account,
  order: { modelName: string; source: MediaSource; text?: string },
  signal?: AbortSignal,
): Promise<SyncEmbedding> {
  const model = usableModel(parts, order.modelName)
  const { text } = order
  const bound = textBound(parts)
  const tokens = text === undefined ? 0 : tokensOf(parts, text, bound)
  if (tokens > 0) await refuseSpent(parts, account, ['tokensPerDay'])
  const kind = text === undefined ? 'image' : 'fused'
  spaceOf(model, kind)
  const options = { limitBytes: mostBytes(parts.limits, 'inlinePictureBytes'), signal }
  const vector = await withLocalFile(parts, account, order.source, options, async (file) => {
    // A second look at the file, which nobody needs unless small ones are refused.
    if (parts.limits.pictureMinPixels > 1)
      checkPicture(await parts.compute.inspect(file, signal), parts.limits)
    return parts.compute.embedPicture({ model, file, ...(text !== undefined && { text }) }, signal)
  })
  if (tokens > 0) parts.tally.count(consumerOf(account), { tokens })
  return { model, kind, vector, warnings: standIn(order.modelName, model) }
}

const textBound = ({ limits }: TaskParts): TextBound => ({
  most: limits.textTokens,
  limit: 'textTokens',
  what: 'The text',
  field: 'text',
})
