import { EmbedlineError } from '../domain/errors.ts'
import type { SliceResult, SliceWork } from '../domain/sliceWork.ts'
import { lengthMs } from '../domain/slices.ts'
import { isMediaPlan } from '../domain/taskPlan.ts'
import { isMediaRequest } from '../domain/taskRequest.ts'
import type { ClaimedItem } from '../queue/claim.ts'
import { saveProgress } from '../queue/progress.ts'
import { settle } from '../queue/settle.ts'
import { addDailyUse } from '../store/dailyUsage.ts'
import { insertClips, insertSums } from '../store/embeddings.ts'
import { addEmbeddings, getTaskWork, type TaskWork } from '../store/tasks.ts'
import { settleParts } from './addEnd.ts'
import { embedClipTexts } from './embedClipTexts.ts'
import type { TaskParts } from './parts.ts'
import type { SlicePayload } from './plan.ts'
import { sumClips } from './sums.ts'
import { remoteOf } from './textVectors.ts'

/** How far an item of several slices is. */
export interface SliceProgress {
  /** How many of the item's slices are settled. */
  settled: number
}

/**
 * Embeds the slices of one item and settles each with its vectors in one transaction, guarded by the fence: whoever
 * lost the lease writes nothing. An item of many slices goes on after the last one that was settled.
 */
export async function embedSlices(parts: TaskParts, item: ClaimedItem, signal: AbortSignal): Promise<void> {
  const task = await getTaskWork(parts.store.read, item.taskId ?? '')
  const request = task && isMediaRequest(task.request) ? task.request : undefined
  const plan = task?.plan && isMediaPlan(task.plan) ? task.plan : undefined
  if (!task || !plan || !request || task.objectHash === undefined)
    throw new EmbedlineError('not_found', 'The task is gone.')
  const { slices, cues } = item.payload as SlicePayload
  let { settled } = (item.progress as SliceProgress | undefined) ?? { settled: 0 }
  const work: Omit<SliceWork, 'file'> = {
    model: task.model,
    request,
    facts: plan.facts,
    modalities: plan.modalities,
    slices: slices.slice(settled),
    cues,
  }
  const remote = remoteOf(parts, task.model)
  remote?.refuseWhileDown()
  const onSlice = async (result: SliceResult) => {
    const texts = { model: task.model, signal }
    const whole = remote ? await embedClipTexts(parts, remote, texts, result) : result
    settled++
    await settleResult(parts, item, task, whole, { settled, isLast: settled === slices.length })
  }
  const bytes = { accountId: task.accountId, hash: task.objectHash }
  await parts.objects.useFile(bytes, signal, (file) =>
    parts.compute.embedSlices({ ...work, file }, onSlice, signal, { alone: item.isAlone }),
  )
  parts.wake()
}

async function settleResult(
  parts: TaskParts,
  item: ClaimedItem,
  task: TaskWork,
  result: SliceResult,
  { settled, isLast }: SliceProgress & { isLast: boolean },
): Promise<void> {
  parts.reach('between compute and commit')
  await parts.store.write(async (db) => {
    const nowMs = parts.clock.nowMs()
    const progress: SliceProgress = { settled }
    const isHeld = isLast
      ? await settle(db, item, { state: 'done', nowMs })
      : await saveProgress(db, item, progress)
    if (!isHeld) throw new EmbedlineError('lease_lost', 'Another worker has this item now.')
    const scopes: readonly string[] = task.request.scopes ?? []
    const inserted = scopes.includes('clip') ? await insertClips(db, task.id, result.clips) : 0
    if (scopes.includes('asset')) await insertSums(db, task.id, result.slice.index, sumClips(result.clips))
    const mediaMs = lengthMs(result.slice)
    await addEmbeddings(db, task.id, {
      count: inserted,
      mediaDoneMs: mediaMs,
      warnings: result.warnings,
      nowMs,
    })
    await addDailyUse(db, task, { mediaMs }, nowMs)
    if (!isLast) return
    await settleParts(db, task.id, { outcome: 'done', nowMs })
  })
}
