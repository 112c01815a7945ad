import type { Warning } from '../../../domain/embedding.ts'
import { modelOf, type AnyTask, type Batch, type BucketTask, type Task } from '../../../domain/task.ts'
import { isMediaRequest } from '../../../domain/taskRequest.ts'
import { presentProgress } from '../../progress.ts'

export const time = (ms: number): string => new Date(ms).toISOString()

/** A task of any kind, as every native answer shows it; `isPaused` when a pause keeps it from going on. */
export const presentTask = (task: AnyTask, isPaused: boolean) => ({
  id: task.id,
  kind: task.kind,
  state: task.state,
  ...(isPaused && { is_paused: true }),
  model: presentModel(task),
  input: presentInput(task),
  progress: presentProgress(task.progress),
  warnings: task.kind === 'bucket' ? [] : task.warnings.map(presentWarning),
  ...(task.kind === 'media' && task.reusedFrom !== undefined && { reused_from: task.reusedFrom }),
  ...(task.failure && { error: task.failure }),
  created_at: time(task.createdMs),
  updated_at: time(task.updatedMs),
  ...(task.finishedMs !== undefined && { finished_at: time(task.finishedMs) }),
  expires_at: time(task.expiresMs),
})

/** `name` is the word that the caller sent. */
function presentModel(task: AnyTask) {
  const { id, revision } = modelOf(task)
  return { id, revision, name: task.modelName }
}

function presentInput(task: AnyTask) {
  if (task.kind === 'media') return presentMedia(task)
  return task.kind === 'bucket' ? presentBucket(task) : presentBatch(task)
}

const presentBatch = (batch: Batch) => ({
  type: 'batch',
  file_id: batch.inputFileId,
  filename: batch.filename,
  requests_total: batch.requestCount,
  requests_done: batch.doneCount,
  requests_failed: batch.failedCount,
  ...(batch.outputFileId !== undefined && { output_file_id: batch.outputFileId }),
  ...(batch.errorFileId !== undefined && { error_file_id: batch.errorFileId }),
})

function presentMedia({ request, assetId, filename, sourceUrl, durationSec, pageCount }: Task) {
  return {
    type: request.input,
    ...(assetId !== undefined && { asset_id: assetId }),
    ...(sourceUrl !== undefined && { url: sourceUrl }),
    ...(filename !== undefined && { filename }),
    ...(durationSec !== undefined && { duration_sec: durationSec }),
    ...(pageCount !== undefined && { page_count: pageCount }),
    ...(isMediaRequest(request) && {
      start_sec: request.startSec,
      ...(request.endSec !== undefined && { end_sec: request.endSec }),
    }),
    ...(request.modalities && { modalities: request.modalities }),
    ...(request.scopes && { scopes: request.scopes }),
  }
}

const presentBucket = ({ bucket, settings, crawl }: BucketTask) => ({
  type: crawl ? 'site' : 'bucket',
  bucket,
  ...(crawl && { url: crawl.startUrl }),
  chunk_size_characters: settings.chunks.sizeCharacters,
  chunk_overlap_characters: settings.chunks.overlapCharacters,
  loader: settings.loader,
})

const presentWarning = ({ startSec, endSec, ...same }: Warning) => ({
  ...same,
  ...(startSec !== undefined && { start_sec: startSec }),
  ...(endSec !== undefined && { end_sec: endSec }),
})
