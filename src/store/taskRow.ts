import type { Warning } from '../domain/embedding.ts'
import { progressOf, type ProgressCounts } from '../domain/progress.ts'
import type { TaskState } from '../domain/states.ts'
import type { TaskRow } from '../domain/tables.ts'
import type { Task } from '../domain/task.ts'
import type { ModelPin } from '../domain/model.ts'
import { isMediaPlan, type TaskPlan } from '../domain/taskPlan.ts'
import { isMediaRequest, type TaskRequest } from '../domain/taskRequest.ts'
import { failureColumns, failureOf } from '../domain/failure.ts'

/** What the work on a task needs to know of it. */
export interface TaskWork {
  id: string
  accountId: string
  state: TaskState
  model: ModelPin
  request: TaskRequest
  /** Present once the plan is written. */
  plan?: TaskPlan
  assetId?: string
  /** SHA-256 of the stored input, hex. Absent until it is fetched. */
  objectHash?: string
  /** True while the task refers to the stored input itself. */
  holdsObject: boolean
  /** The key that it was created with. */
  keyId?: string
  /** Vectors that follow from the same may be taken from another task. */
  mayReuse: boolean
  embeddingCount: number
  warnings: readonly Warning[]
}

/** What every task has from the beginning. */
export interface NewTaskRow {
  id: string
  accountId: string
  kind: TaskRow['kind']
  /** As the caller sent it. */
  modelName: string
  model: ModelPin
  /** The key that was used. */
  keyId?: string | undefined
  nowMs: number
  expiresMs: number
}

/** The row of a task of which nothing is done yet; `own` is what tasks of its kind have beside that. */
export const newTaskRow = (
  { id, accountId, kind, modelName, model, keyId, nowMs, expiresMs }: NewTaskRow,
  own: Partial<TaskRow>,
): TaskRow => ({
  id,
  account_id: accountId,
  kind,
  state: 'queued',
  model_name: modelName,
  model_id: model.id,
  model_revision: model.revision,
  request_json: '{}',
  asset_id: null,
  object_hash: null,
  bucket: null,
  holds_object: 0,
  filename: null,
  source_url: null,
  open_count: 0,
  item_count: 0,
  done_count: 0,
  failed_count: 0,
  skipped_count: 0,
  gone_count: 0,
  media_total_ms: null,
  media_done_ms: 0,
  media_failed_ms: 0,
  is_planned: 0,
  plan_json: null,
  embedding_count: 0,
  text_tokens: 0,
  warnings_json: '[]',
  ...failureColumns(undefined),
  created_ms: nowMs,
  updated_ms: nowMs,
  finished_ms: null,
  expires_ms: expiresMs,
  key_id: keyId ?? null,
  may_reuse: 0,
  reuse_key: null,
  reused_from: null,
  removed_ms: null,
  ...own,
})

export function taskOf(row: TaskRow): Task {
  const request = requestOf(row)
  const failure = failureOf(row)
  const { durationSec, document } = planOf(row)?.facts ?? {}
  return {
    kind: 'media',
    id: row.id,
    accountId: row.account_id,
    state: row.state,
    modelName: row.model_name,
    model: { id: row.model_id, revision: row.model_revision },
    request,
    ...(row.asset_id !== null && { assetId: row.asset_id }),
    ...(row.filename !== null && { filename: row.filename }),
    ...(row.source_url !== null && { sourceUrl: row.source_url }),
    ...(durationSec !== undefined && { durationSec }),
    ...(document?.pageCount !== undefined && { pageCount: document.pageCount }),
    warnings: JSON.parse(row.warnings_json) as Warning[],
    ...(failure && { failure }),
    itemCount: row.item_count,
    doneCount: row.done_count,
    failedCount: row.failed_count,
    progress: progressOf({ ...countsOf(row), ...(isMediaRequest(request) && { media: mediaOf(row) }) }),
    embeddingCount: row.embedding_count,
    textTokens: row.text_tokens,
    ...(row.reused_from !== null && { reusedFrom: row.reused_from }),
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
    ...(row.finished_ms !== null && { finishedMs: row.finished_ms }),
    expiresMs: row.expires_ms,
  }
}

/** What is counted of any task but its media. */
export const countsOf = (row: TaskRow): Omit<ProgressCounts, 'media'> => ({
  state: row.state,
  isPlanned: row.is_planned === 1,
  itemCount: row.item_count,
  openCount: row.open_count,
  doneCount: row.done_count,
  failedCount: row.failed_count,
  unchangedCount: row.skipped_count,
})

const mediaOf = (row: TaskRow): NonNullable<ProgressCounts['media']> => ({
  ...(row.media_total_ms !== null && { totalMs: row.media_total_ms }),
  doneMs: row.media_done_ms,
  failedMs: row.media_failed_ms,
})

export function taskWorkOf(row: TaskRow): TaskWork {
  const plan = planOf(row)
  return {
    id: row.id,
    accountId: row.account_id,
    state: row.state,
    model: { id: row.model_id, revision: row.model_revision },
    request: requestOf(row),
    ...(plan && { plan }),
    ...(row.asset_id !== null && { assetId: row.asset_id }),
    ...(row.object_hash !== null && { objectHash: row.object_hash }),
    holdsObject: row.holds_object === 1,
    ...(row.key_id !== null && { keyId: row.key_id }),
    mayReuse: row.may_reuse === 1,
    embeddingCount: row.embedding_count,
    warnings: JSON.parse(row.warnings_json) as Warning[],
  }
}

/** Once a look has told what a document is, with the defaults of its type. */
function requestOf(row: TaskRow): TaskRequest {
  const request = JSON.parse(row.request_json) as TaskRequest
  const plan = planOf(row)
  if (request.input !== 'document' || !plan || isMediaPlan(plan)) return request
  return { ...request, modalities: plan.modalities, scopes: plan.scopes }
}

const planOf = ({ plan_json: json }: TaskRow): TaskPlan | undefined =>
  json === null ? undefined : (JSON.parse(json) as TaskPlan)
