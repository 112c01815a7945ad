import type { Warning } from '../../../domain/embedding.ts'
import type { AnyTask, BucketTask, Task } from '../../../domain/task.ts'
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
  input: task.kind === 'media' ? presentMedia(task) : presentBucket(task),
  progress: presentProgress(task.progress),
  warnings: task.kind === 'media' ? task.warnings.map(presentWarning) : [],
  ...(task.kind === 'media' && task.reusedFrom !== undefined && { reused_from: task.reusedFrom }),
  ...(task.failure && { error: task.failure }),
  created_at: time(task.createdMs),
  updated_at: time(task.updatedMs),
  ...(task.finishedMs !== undefined && { finished_at: time(task.finishedMs) }),
  expires_at: time(task.expiresMs),
})

/** `name` is the word that the caller sent. */
function presentModel(task: AnyTask) {
  const { id, revision } = task.kind === 'media' ? task.model : task.settings.model
  return { id, revision, name: task.modelName }
}

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
