import { EmbedlineError } from '../domain/errors.ts'
import type { Warning } from '../domain/embedding.ts'
import type { ModelFacts } from '../domain/model.ts'
import type { Db } from '../domain/tables.ts'
import type { Account, Asset, Task } from '../domain/task.ts'
import type { MediaRequest } from '../domain/work.ts'
import type { ReceivedBytes } from '../objects/objects.ts'
import { enqueue } from '../queue/enqueue.ts'
import { getAsset } from '../store/assets.ts'
import { addReference } from '../store/objects.ts'
import { insertTask } from '../store/tasks.ts'
import { whyMissing } from './chooseModalities.ts'
import { rememberAnswer, type Idempotency } from './idempotency.ts'
import type { TaskParts } from './parts.ts'
import { keepBytes } from './storedBytes.ts'
import { usableModel } from './usableModel.ts'

/** Where the media of a task comes from: an asset of the account, or bytes that came with the request. */
export type MediaSource = { assetId: string } | { received: ReceivedBytes; filename?: string }

export interface MediaTaskOrder {
  modelName: string
  request: MediaRequest
  source: MediaSource
  idempotency?: Idempotency<Task>
}

/** An asset that is still looked at wakes the plan that waits for it; this is the fallback should nothing do so. */
const ASSET_WAIT_MS = 60_000

/**
 * Takes a task: when this returns, the task is committed and will be worked on whatever happens to the process.
 * Throws `model_unknown`, and `request_invalid` for an asset that is unknown, failed, or (once ready) lacks a
 * modality that was asked for by name or ends before `startSec`, and what `rememberAnswer` throws.
 */
export async function createMediaTask(
  parts: TaskParts,
  account: Account,
  order: MediaTaskOrder,
): Promise<Task> {
  const model = usableModel(parts, order.modelName)
  const task = await ('assetId' in order.source
    ? createFromAsset(parts, account, order, model, order.source.assetId)
    : createFromBytes(parts, account, order, model, order.source))
  parts.wake()
  return task
}

const createFromAsset = (
  parts: TaskParts,
  account: Account,
  order: MediaTaskOrder,
  model: ModelFacts,
  assetId: string,
) =>
  parts.store.write(async (db) => {
    const found = await getAsset(db, account.id, assetId)
    if (!found)
      throw new EmbedlineError('request_invalid', `There is no asset ${assetId}.`, { field: 'assetId' })
    const { asset, objectHash } = found
    checkAsset(order.request, asset)
    await addReference(db, {
      accountId: account.id,
      hash: objectHash,
      sizeBytes: asset.sizeBytes,
      nowMs: parts.clock.nowMs(),
    })
    const isWaiting = asset.state === 'processing'
    return insert(parts, db, account, order, model, {
      objectHash,
      filename: asset.filename,
      assetId,
      isWaiting,
    })
  })

const createFromBytes = (
  parts: TaskParts,
  account: Account,
  order: MediaTaskOrder,
  model: ModelFacts,
  source: { received: ReceivedBytes; filename?: string },
) =>
  keepBytes(parts, account.id, source.received, (db) =>
    insert(parts, db, account, order, model, {
      objectHash: source.received.hash,
      ...(source.filename !== undefined && { filename: source.filename }),
      isWaiting: false,
    }),
  )

function checkAsset(request: MediaRequest, asset: Asset): void {
  if (asset.state === 'failed')
    throw new EmbedlineError(
      'request_invalid',
      `Asset ${asset.id} failed: ${asset.failure?.message ?? 'it is no media'}`,
      {
        field: 'assetId',
      },
    )
  // What is not media of the announced kind at all fails later, with the task: only a named modality is refused here.
  if (!asset.facts || asset.facts.isPicture) return
  const durationSec = asset.facts.durationSec
  if (durationSec !== undefined && request.startSec >= durationSec)
    throw new EmbedlineError(
      'request_invalid',
      `The media ends at ${durationSec} s, before the start that was asked for.`,
      {
        field: 'startSec',
      },
    )
  if (!request.modalitiesNamed) return
  const { video, audio, subtitles } = asset.facts
  const has = { visual: video !== undefined, audio: audio !== undefined, transcription: subtitles.length > 0 }
  for (const modality of request.modalities)
    if (!has[modality])
      throw new EmbedlineError('request_invalid', whyMissing(modality), { field: 'modalities' })
}

interface Input {
  objectHash: string
  filename?: string
  assetId?: string
  isWaiting: boolean
}

async function insert(
  parts: TaskParts,
  db: Db,
  account: Account,
  order: MediaTaskOrder,
  model: ModelFacts,
  input: Input,
) {
  const nowMs = parts.clock.nowMs()
  const task = await insertTask(db, {
    id: parts.ids.objectId(),
    accountId: account.id,
    modelName: order.modelName,
    model: { id: model.id, revision: model.revision },
    request: order.request,
    ...(input.assetId !== undefined && { assetId: input.assetId }),
    objectHash: input.objectHash,
    ...(input.filename !== undefined && { filename: input.filename }),
    warnings: standIn(order.modelName, model),
    nowMs,
    expiresMs: nowMs + parts.retentionMs,
  })
  await enqueue(db, nowMs, [
    {
      accountId: account.id,
      kind: 'plan',
      taskId: task.id,
      ...(input.assetId !== undefined && { assetId: input.assetId }),
      key: 'plan',
      lane: 0,
      dueMs: input.isWaiting ? nowMs + ASSET_WAIT_MS : nowMs,
      payload: {},
    },
  ])
  await rememberAnswer(db, account.id, order.idempotency, task, nowMs)
  return task
}

/** Says so while a model without weights stands in for the one that was named. */
export const standIn = (modelName: string, model: ModelFacts): Warning[] =>
  model.caveat !== undefined && modelName !== model.id
    ? [
        {
          code: 'builtin_model',
          message: `${modelName} is embedded by ${model.id}@${model.revision}: ${model.caveat}`,
        },
      ]
    : []
