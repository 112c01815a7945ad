import { EmbedlineError } from '../domain/errors.ts'
import type { Warning } from '../domain/embedding.ts'
import type { Cue, MediaFacts } from '../domain/media.ts'
import { lengthMs, planSlices, type Slice } from '../domain/slices.ts'
import type { TaskPlan } from '../domain/taskPlan.ts'
import {
  isMediaRequest,
  type DocumentRequest,
  type MediaRequest,
  type PictureRequest,
  type TaskRequest,
} from '../domain/taskRequest.ts'
import type { Asset } from '../domain/task.ts'
import type { ClaimedItem } from '../queue/claim.ts'
import { enqueue } from '../queue/enqueue.ts'
import { isHeld } from '../queue/held.ts'
import { postpone } from '../queue/postpone.ts'
import { settle } from '../queue/settle.ts'
import { getAsset } from '../store/assets.ts'
import { addDailyUse } from '../store/dailyUsage.ts'
import { addPlannedItems, setPlanned } from '../store/taskProgress.ts'
import { getTaskWork, keepPlan, type TaskWork } from '../store/tasks.ts'
import { addEndWhenDone } from './addEnd.ts'
import { EMBEDDED_TYPES } from './documentRequest.ts'
import type { PartPayload } from './embedPart.ts'
import type { TaskParts } from './parts.ts'
import type { BytesKey } from './storedBytes.ts'
import { planDocument, planPicture } from './planParts.ts'
import { planMedia } from './planMedia.ts'
import { quotaAgainMs } from './quotas.ts'
import { reuseKeyOf, reuseVectors } from './reuse.ts'
import { isUnfinished, readCues, usedTracks, type WithFile } from './transcript/tracks.ts'
import { withinModel } from './withinModel.ts'

/** What a slice item carries: everything else stands in the task's plan. */
export interface SlicePayload {
  slices: readonly Slice[]
  /** Subtitle lines whose middle lies in one of the slices. */
  cues: readonly Cue[]
}

const ITEMS_A_TRANSACTION = 500
const ASSET_WAIT_MS = 1_000

/**
 * Looks into the input of a task and writes its slice or part items, at most 500 a transaction. Killed anywhere it goes on:
 * items are keyed by their place, and writing one twice does nothing.
 */
export async function planTask(parts: TaskParts, item: ClaimedItem, signal: AbortSignal): Promise<void> {
  // Before the task, which has got the bytes of its asset once that is ready.
  const asset =
    item.assetId === undefined
      ? undefined
      : (await getAsset(parts.store.read, item.accountId, item.assetId))?.asset
  const task = await getTaskWork(parts.store.read, item.taskId ?? '')
  if (!task) throw new EmbedlineError('not_found', 'The task is gone.')
  if (asset?.state === 'processing') return postponeUntilLooked(parts, item)
  if (asset?.state === 'failed')
    throw new EmbedlineError('asset_failed', asset.failure?.message ?? 'The asset failed.')
  if (task.objectHash === undefined)
    throw new EmbedlineError('input_missing', 'The asset was deleted before it was fetched.')

  const bytes = { accountId: task.accountId, hash: task.objectHash }
  const facts =
    asset?.facts ??
    (await parts.objects.useFile(bytes, signal, (file) => lookInto(parts, task, file, signal)))
  await (isMediaRequest(task.request)
    ? planClips(parts, item, { task, request: task.request, asset, bytes, facts }, signal)
    : planParts(parts, item, { task, request: task.request, facts }))
  parts.wake()
}

/** What the file is. For a task of a document a file that is none is told which ones are. */
async function lookInto(
  parts: TaskParts,
  { request }: TaskWork,
  file: string,
  signal: AbortSignal,
): Promise<MediaFacts> {
  try {
    return await parts.compute.inspect(file, signal)
  } catch (failure) {
    const isNone = failure instanceof EmbedlineError && failure.code === 'media_unreadable'
    if (!isNone || request.input !== 'document') throw failure
    throw new EmbedlineError('unsupported_type', `${failure.message} ${EMBEDDED_TYPES}`, { cause: failure })
  }
}

interface Looked<Request extends TaskRequest> {
  task: TaskWork
  request: Request
  facts: MediaFacts
}

async function planClips(
  parts: TaskParts,
  item: ClaimedItem,
  {
    task,
    request,
    asset,
    facts,
    bytes,
  }: Looked<MediaRequest> & { asset: Asset | undefined; bytes: BytesKey },
  signal: AbortSignal,
): Promise<void> {
  const within = withinModel(request, parts.models.facts(task.model))
  const tracks = within.request.modalities.includes('transcription')
    ? await usedTracks(parts.store.read, { accountId: task.accountId, asset, facts })
    : []
  if (isUnfinished(tracks)) return postponeUntilLooked(parts, item)
  const media = { facts, hasTranscript: tracks.length > 0 }
  const { plan, warnings } = planMedia(within.request, media, parts.limits)
  const reuseKey = reuseKeyOf(parts, task, tracks)
  if (await reuseVectors(parts, item, task, { plan, reuseKey })) return
  const dueMs =
    (await parts.usage?.mediaAgainMs(task)) ?? (await quotaAgainMs(parts, task.accountId, ['mediaSecPerDay']))
  // It is accepted: it waits until the key has minutes of media again, and the account seconds of its quota.
  if (dueMs !== undefined)
    return void (await parts.store.execute((db) => postpone(db, item, { dueMs, nowMs: parts.clock.nowMs() })))
  const withMedia: WithFile = (use) => parts.objects.useFile(bytes, signal, use)
  const cues = await readCues(parts, { withMedia, tracks }, signal)
  const slices = planSlices(request.segmentation, plan.startMs, plan.endMs)
  await writeItems(parts, item, task, {
    plan,
    reuseKey,
    pieces: sliceItems(slices, facts.seeksExactly, cues.cues).map((payload) => ({
      kind: 'slice',
      key: `slice:${payload.slices[0]?.index ?? 0}`,
      payload,
    })),
    mediaMs: slices.reduce((sum, slice) => sum + lengthMs(slice), 0),
    warnings: [...facts.warnings, ...within.warnings, ...warnings, ...cues.warnings],
  })
  await parts.usage?.countMedia(task, (plan.endMs - plan.startMs) / 1000)
}

async function planParts(
  parts: TaskParts,
  item: ClaimedItem,
  { task, request, facts }: Looked<PictureRequest | DocumentRequest>,
): Promise<void> {
  const planned =
    request.input === 'image'
      ? planPicture(facts, parts.limits)
      : planDocument(request, facts, { limits: parts.limits, model: parts.models.facts(task.model) })
  const reused = { plan: planned.plan, reuseKey: reuseKeyOf(parts, task) }
  if (await reuseVectors(parts, item, task, reused)) return
  await writeItems(parts, item, task, {
    ...reused,
    pieces: planned.parts.map((part, at) => ({ kind: 'part', key: `part:${at}`, payload: { part } })),
    warnings: facts.warnings,
  })
}

/** What a plan comes to. */
interface Planned {
  plan: TaskPlan
  reuseKey: string
  pieces: readonly Piece[]
  /** How much video or sound they are. */
  mediaMs?: number
  warnings: readonly Warning[]
}

type Piece =
  { kind: 'slice'; key: string; payload: SlicePayload } | { kind: 'part'; key: string; payload: PartPayload }

async function postponeUntilLooked(parts: TaskParts, item: ClaimedItem): Promise<void> {
  const nowMs = parts.clock.nowMs()
  await parts.store.execute((db) => postpone(db, item, { dueMs: nowMs + ASSET_WAIT_MS, nowMs }))
}

async function writeItems(
  parts: TaskParts,
  item: ClaimedItem,
  task: TaskWork,
  { pieces, ...planned }: Planned,
): Promise<void> {
  for (let from = 0; from === 0 || from < pieces.length; from += ITEMS_A_TRANSACTION) {
    if (from > 0) parts.reach('in a plan')
    const batch = pieces.slice(from, from + ITEMS_A_TRANSACTION)
    const isLast = from + ITEMS_A_TRANSACTION >= pieces.length
    await parts.store.write(async (db) => {
      const nowMs = parts.clock.nowMs()
      const isOurs = isLast ? await settle(db, item, { state: 'done', nowMs }) : await isHeld(db, item)
      if (!isOurs) throw new EmbedlineError('lease_lost', 'The plan was taken over.')
      const added = await enqueue(
        db,
        nowMs,
        batch.map((piece) => ({
          ...piece,
          accountId: task.accountId,
          taskId: task.id,
          lane: 1,
          dueMs: nowMs,
          model: task.model,
          ...(task.objectHash !== undefined && {
            input: { hash: task.objectHash, sizeBytes: planned.plan.facts.sizeBytes },
          }),
        })),
      )
      await addPlannedItems(db, task.id, { count: added, nowMs })
      if (!isLast) return
      await keepPlan(db, task.id, { ...planned, nowMs })
      if (planned.mediaMs) await addDailyUse(db, task, { plannedMs: planned.mediaMs }, nowMs)
      await setPlanned(db, task.id, nowMs)
      await addEndWhenDone(db, task.id, nowMs)
    })
  }
}

// A file that cannot be sought exactly is one item, which reads it once and settles slice by slice.
function sliceItems(slices: readonly Slice[], seeksExactly: boolean, cues: readonly Cue[]): SlicePayload[] {
  if (!seeksExactly) return slices.length === 0 ? [] : [{ slices, cues }]
  const cuesOf = Map.groupBy(cues, (cue) => indexAt(slices, ((cue.startSec + cue.endSec) / 2) * 1000))
  return slices.map((slice) => ({ slices: [slice], cues: cuesOf.get(slice.index) ?? [] }))
}

/** The slice in which a time lies, by halving: a long video may have a hundred thousand lines and a thousand slices. */
function indexAt(slices: readonly Slice[], timeMs: number): number | undefined {
  let [low, high] = [0, slices.length - 1]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (timeMs < (slices[middle]?.endMs ?? 0)) high = middle
    else low = middle + 1
  }
  const slice = slices[low]
  return slice && timeMs >= slice.startMs && timeMs < slice.endMs ? slice.index : undefined
}
