import { EmbedlineError } from '../domain/errors.ts'
import { documentType } from '../documents/documentType.ts'
import type { Warning } from '../domain/embedding.ts'
import type { ModelFacts } from '../domain/model.ts'
import type { DailyQuota } from '../domain/quotas.ts'
import type { Db } from '../domain/tables.ts'
import { consumerOf, type Account, type Asset, type Task } from '../domain/task.ts'
import { isMediaRequest, type DocumentRequest, type TaskRequest } from '../domain/taskRequest.ts'
import type { ReceivedBytes } from '../objects/objects.ts'
import { enqueue } from '../queue/enqueue.ts'
import type { ItemInput } from '../queue/inputs.ts'
import { getAsset } from '../store/assets.ts'
import { addDailyUse } from '../store/dailyUsage.ts'
import { lockRow } from '../store/locks.ts'
import { addReference, addReferenceToStored } from '../store/objects.ts'
import { insertTask } from '../store/tasks.ts'
import { whyMissing } from './chooseModalities.ts'
import { checkDocumentRequest, EMBEDDED_TYPES } from './documentRequest.ts'
import { rememberAnswer, type Idempotency } from './idempotency.ts'
import type { TaskParts } from './parts.ts'
import { expiryOf } from './retention.ts'
import { checkSourceUrl, fetchItem, filenameOfUrl } from './sourceUrl.ts'
import { planItem } from './planItem.ts'
import { refuseSpent, takeTask } from './quotas.ts'
import { keepBytes } from './storedBytes.ts'
import { usedTracks } from './transcript/tracks.ts'
import { usableModel } from './usableModel.ts'
import { pictureWithinModel, withinModel } from './withinModel.ts'

/** Where media come from: an asset of the account, bytes that came with the request, or a URL to fetch. */
export type MediaSource =
  { assetId: string } | { received: ReceivedBytes; filename?: string } | { url: string }

/** The same, or bytes that are stored for another task, by their SHA-256 in hex. */
export type TaskSource = MediaSource | { storedHash: string; filename?: string }

export interface MediaTaskOrder {
  modelName: string
  request: TaskRequest
  source: TaskSource
  /** Vectors that follow from the same may be taken from another task. Absent: as the operator has set it. */
  mayReuse?: boolean
  /** The task that this one does again. */
  rerunOf?: string
  /** How long the task is kept; absent: as long as the operator has set. */
  retentionMs?: number
  idempotency?: Idempotency<Task>
}

/** An asset that is still looked at wakes the plan that waits for it; this is the fallback should nothing do so. */
const ASSET_WAIT_MS = 60_000

/**
 * Takes a task: when this returns, the task is committed and will be worked on whatever happens to the process.
 * Throws what `usableModel`, `withinModel` and `checkDocumentRequest` throw, and `request_invalid` for an asset that is unknown, failed, or
 * (once ready) lacks a modality that was asked for by name or ends before `startSec`, what `Fetcher.check` throws for a
 * URL, `rate_limited` when the key has no minutes of media left or a quota of the account is spent, `quota_exceeded`,
 * `disk_full` while no new work is taken, and what `rememberAnswer` throws.
 */
export async function createMediaTask(
  parts: TaskParts,
  account: Account,
  order: MediaTaskOrder,
): Promise<Task> {
  const model = usableModel(parts, order.modelName)
  const { request } = order
  if (request.input === 'image') pictureWithinModel(request, model)
  else if (request.input === 'document') await checkDocument(request, order.source, model)
  else withinModel(request, model)
  if (isMediaRequest(request)) await parts.usage?.checkMedia(account)
  await parts.disk.admit()
  await refuseSpent(parts, account, quotasOf(request))
  const task = await createFrom(parts, account, order, model)
  parts.wake()
  return task
}

function createFrom(
  parts: TaskParts,
  account: Account,
  order: MediaTaskOrder,
  model: ModelFacts,
): Promise<Task> {
  const { source } = order
  if ('assetId' in source) return createFromAsset(parts, account, order, model, source.assetId)
  if ('url' in source) return createFromUrl(parts, account, order, model, source.url)
  if ('storedHash' in source) return createFromStored(parts, account, order, model, source)
  return createFromBytes(parts, account, order, model, source)
}

/** Of bytes that came with the request it is known at once what document they are. */
async function checkDocument(request: DocumentRequest, source: TaskSource, model: ModelFacts): Promise<void> {
  const type =
    'received' in source ? await documentType(source.received.temporaryPath, source.filename) : undefined
  checkDocumentRequest(request, type, model)
}

const createFromAsset = (
  parts: TaskParts,
  account: Account,
  order: MediaTaskOrder,
  model: ModelFacts,
  assetId: string,
) =>
  parts.store.write(async (db) => {
    // Its bytes may come, or it may go, this very moment.
    await lockRow(db, 'asset', assetId)
    const found = await getAsset(db, account.id, assetId)
    if (!found)
      throw new EmbedlineError('request_invalid', `There is no asset ${assetId}.`, { field: 'assetId' })
    const { asset, objectHash } = found
    if (order.request.input === 'document' && asset.facts?.document)
      checkDocumentRequest(order.request, asset.facts.document.type, model)
    checkAsset(order.request, asset, await hasTranscript(db, order.request, asset))
    // Without bytes yet it gets them together with the asset.
    if (objectHash !== undefined)
      await addReference(db, {
        accountId: account.id,
        hash: objectHash,
        sizeBytes: asset.sizeBytes,
        nowMs: parts.clock.nowMs(),
      })
    const isWaiting = asset.state === 'processing'
    return insert(parts, db, account, order, model, {
      ...(objectHash !== undefined && { objectHash }),
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
  keepBytes(parts, consumerOf(account), source.received, (db) =>
    insert(parts, db, account, order, model, {
      objectHash: source.received.hash,
      bytes: source.received,
      ...(source.filename !== undefined && { filename: source.filename }),
      isWaiting: false,
    }),
  )

const createFromStored = (
  parts: TaskParts,
  account: Account,
  order: MediaTaskOrder,
  model: ModelFacts,
  { storedHash, filename }: { storedHash: string; filename?: string },
) =>
  parts.store.write(async (db) => {
    if (!(await addReferenceToStored(db, account.id, storedHash)))
      throw new EmbedlineError('input_missing', 'The input is not stored any more.')
    return insert(parts, db, account, order, model, {
      objectHash: storedHash,
      ...(filename !== undefined && { filename }),
      isWaiting: false,
    })
  })

async function createFromUrl(
  parts: TaskParts,
  account: Account,
  order: MediaTaskOrder,
  model: ModelFacts,
  url: string,
): Promise<Task> {
  await checkSourceUrl(parts, url)
  const filename = filenameOfUrl(url)
  return parts.store.write((db) =>
    insert(parts, db, account, order, model, {
      sourceUrl: url,
      ...(filename !== undefined && { filename }),
      isWaiting: false,
    }),
  )
}

/** Read only for who wants to know. */
const hasTranscript = async (db: Db, request: TaskRequest, asset: Asset): Promise<boolean> =>
  asset.facts !== undefined &&
  isMediaRequest(request) &&
  request.modalities.includes('transcription') &&
  (await usedTracks(db, { accountId: asset.accountId, asset, facts: asset.facts })).length > 0

function checkAsset(request: TaskRequest, asset: Asset, hasTranscript: boolean): void {
  if (asset.state === 'failed') {
    const why = asset.failure?.message ?? 'it is no media'
    const instead =
      request.input === 'document' && asset.failure?.code === 'media_unreadable' ? ` ${EMBEDDED_TYPES}` : ''
    throw new EmbedlineError('request_invalid', `Asset ${asset.id} failed: ${why}${instead}`, {
      field: 'assetId',
    })
  }
  // What is not media of the announced kind at all fails later, with the task: only a named modality is refused here.
  if (!asset.facts || asset.facts.isPicture) return
  if (!isMediaRequest(request)) return
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
  const { video, audio } = asset.facts
  const has = { visual: video !== undefined, audio: audio !== undefined, transcription: hasTranscript }
  for (const modality of request.modalities)
    if (!has[modality])
      throw new EmbedlineError('request_invalid', whyMissing(modality), { field: 'modalities' })
}

interface Input {
  /** Absent: still to be fetched, from `sourceUrl` or with the asset. */
  objectHash?: string
  /** That which is stored, where the plan has to look into it. */
  bytes?: ItemInput
  sourceUrl?: string
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
  await takeTask(db, account, nowMs)
  const tokens = textTokens(parts, order.request)
  if (tokens > 0) await addDailyUse(db, consumerOf(account), { tokens }, nowMs)
  const task = await insertTask(db, {
    id: parts.ids.objectId(),
    accountId: account.id,
    modelName: order.modelName,
    model: { id: model.id, revision: model.revision },
    request: order.request,
    ...(input.assetId !== undefined && { assetId: input.assetId }),
    ...(input.objectHash !== undefined && { objectHash: input.objectHash }),
    ...(input.sourceUrl !== undefined && { sourceUrl: input.sourceUrl }),
    ...(input.filename !== undefined && { filename: input.filename }),
    textTokens: tokens,
    warnings: standIn(order.modelName, model),
    mayReuse: order.mayReuse ?? parts.mayReuse,
    ...(account.keyId !== undefined && { keyId: account.keyId }),
    ...(order.rerunOf !== undefined && { rerunOf: order.rerunOf }),
    nowMs,
    expiresMs: expiryOf(parts, order.retentionMs),
  })
  const owner = { accountId: account.id, taskId: task.id }
  await enqueue(db, nowMs, [
    input.sourceUrl === undefined
      ? planItem(owner, {
          model,
          ...(input.bytes && { input: input.bytes }),
          ...(input.assetId !== undefined && { assetId: input.assetId }),
          dueMs: input.isWaiting ? nowMs + ASSET_WAIT_MS : nowMs,
        })
      : fetchItem(owner, { url: input.sourceUrl, keyId: account.keyId, dueMs: nowMs }),
  ])
  await rememberAnswer(db, account.id, order.idempotency, task, nowMs)
  return task
}

/** What a task of this request may use of its account's day. */
function quotasOf(request: TaskRequest): DailyQuota[] {
  if (!isMediaRequest(request)) return request.input === 'document' ? ['tokensPerDay'] : []
  return request.timedTexts ? ['mediaSecPerDay', 'tokensPerDay'] : ['mediaSecPerDay']
}

const textTokens = ({ models }: TaskParts, request: TaskRequest): number =>
  ((isMediaRequest(request) && request.timedTexts) || []).reduce(
    (sum, { text }) => sum + models.countTokens(text),
    0,
  )

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
