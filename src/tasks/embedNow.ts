import { EmbedlineError } from '../domain/errors.ts'
import type { Space, Warning } from '../domain/embedding.ts'
import { spaceOf, type ModelFacts } from '../domain/model.ts'
import type { Account } from '../domain/task.ts'
import { standIn, type MediaSource } from './create.ts'
import { withLocalFile } from './localFile.ts'
import type { TaskParts } from './parts.ts'
import { tokensOf } from './tokensOf.ts'

export interface SyncEmbedding {
  model: ModelFacts
  space: Space
  /** Unit length. */
  vector: Float32Array
  warnings: readonly Warning[]
}

/** Embeds one text at once, as a query. Throws `model_unknown`, or `text_too_long` rather than cut it. */
export async function embedText(
  parts: TaskParts,
  order: { modelName: string; text: string },
  signal?: AbortSignal,
): Promise<SyncEmbedding> {
  const model = resolve(parts, order.modelName)
  tokensOf(parts, order.text, { most: parts.limits.textTokens, what: 'The text', field: 'text' })
  const [vector] = await parts.compute.embedTexts(model, [order.text], 'query', signal)
  if (!vector) throw new Error('a text was given and no vector came back')
  return { model, space: spaceOf(model, 'text').space, vector, warnings: standIn(order.modelName, model) }
}

/** Embeds one picture at once. Throws `model_unknown`, `request_invalid` (asset), `media_unreadable` (no picture). */
export async function embedPicture(
  parts: TaskParts,
  account: Account,
  order: { modelName: string; source: MediaSource },
  signal?: AbortSignal,
): Promise<SyncEmbedding> {
  const model = resolve(parts, order.modelName)
  const file =
    'assetId' in order.source
      ? await assetFile(parts, account, order.source.assetId)
      : order.source.received.temporaryPath
  const vector = await parts.compute.embedPicture(model, file, signal)
  return { model, space: spaceOf(model, 'image').space, vector, warnings: standIn(order.modelName, model) }
}

function resolve(parts: TaskParts, modelName: string): ModelFacts {
  const model = parts.models.resolve(modelName)
  if (!model)
    throw new EmbedlineError('model_unknown', `There is no model ${modelName}.`, { field: 'modelName' })
  return model
}
