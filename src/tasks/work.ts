import { EmbedlineError } from '../domain/errors.ts'
import type { ItemKind } from '../domain/tables.ts'
import type { ClaimedItem } from '../queue/claim.ts'
import { checkBatch } from './batches/checkBatch.ts'
import { embedLines } from './batches/embedLines.ts'
import { gatherBatch } from './batches/gatherBatch.ts'
import { concludeBucket } from './concludeBucket.ts'
import { crawlSite } from './crawl/crawlSite.ts'
import { embedSlices } from './embed.ts'
import { embedDocument } from './embedDocument.ts'
import { embedPart } from './embedPart.ts'
import { settleFailure } from './fail.ts'
import { fetchInput } from './fetchInput.ts'
import { finishTask } from './finish.ts'
import { inspectAsset } from './inspect.ts'
import { listBucket } from './listBucket.ts'
import type { TaskParts } from './parts.ts'
import { planTask } from './plan.ts'
import { requeueFailed } from './requeueFailed.ts'
import { traceItem } from './traces.ts'
import { assembleUpload } from './uploads/assembleUpload.ts'

type Work = (parts: TaskParts, item: ClaimedItem, signal: AbortSignal) => Promise<void>

const WORK: Record<ItemKind, Work> = {
  fetch: fetchInput,
  assemble: assembleUpload,
  inspect: inspectAsset,
  plan: planTask,
  slice: embedSlices,
  part: embedPart,
  finish: finishTask,
  list: listBucket,
  crawl: crawlSite,
  document: embedDocument,
  conclude: concludeBucket,
  check: checkBatch,
  lines: embedLines,
  gather: gatherBatch,
  retry: requeueFailed,
}

/**
 * Does the work of one claimed item and settles it: done, to be tried again, or failed. Throws only `aborted` and
 * `lease_lost`, after which the item is not ours any more, and what the store throws.
 */
export async function workOn(parts: TaskParts, item: ClaimedItem, signal: AbortSignal): Promise<void> {
  const startedMs = performance.now()
  try {
    await traceItem(parts, item, () => WORK[item.kind](parts, item, signal))
  } catch (thrown) {
    if (signal.aborted) throw new EmbedlineError('aborted', 'The work was stopped.', { cause: thrown })
    if (thrown instanceof EmbedlineError && thrown.code === 'lease_lost') throw thrown
    await settleFailure(parts, item, foreseen(parts, item, thrown))
  } finally {
    const durationSec = (performance.now() - startedMs) / 1000
    parts.meters.observe('embedline_item_attempt_duration_seconds', { kind: item.kind }, durationSec)
  }
}

function foreseen(parts: TaskParts, item: ClaimedItem, thrown: unknown): EmbedlineError {
  if (thrown instanceof EmbedlineError) return thrown
  parts.logger.error('an item failed in a way nobody foresaw', {
    item: item.id,
    task: item.taskId,
    kind: item.kind,
    error: thrown,
  })
  return new EmbedlineError('internal', 'Something went wrong here; the log says what.', { cause: thrown })
}
