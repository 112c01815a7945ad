import type { Warning } from '../domain/embedding.ts'
import type { TaskState } from '../domain/states.ts'
import type { TaskRow } from '../domain/tables.ts'
import type { Task } from '../domain/task.ts'
import type { MediaPlan, MediaRequest, ModelPin } from '../domain/work.ts'
import { failureOf } from '../domain/failure.ts'

/** What the work on a task needs to know of it. */
export interface TaskWork {
  id: string
  accountId: string
  state: TaskState
  model: ModelPin
  request: MediaRequest
  /** Present once the plan is written. */
  plan?: MediaPlan
  assetId?: string
  /** SHA-256 of the stored input, hex. Absent until it is fetched. */
  objectHash?: string
  /** True while the task refers to the stored input itself. */
  holdsObject: boolean
  /** The key that media are counted for, as its SHA-256 in hex. */
  keyHash?: string
  embeddingCount: number
  warnings: readonly Warning[]
}

export function taskOf(row: TaskRow): Task {
  const failure = failureOf(row)
  const durationSec = planOf(row)?.facts.durationSec
  return {
    id: row.id,
    accountId: row.account_id,
    state: row.state,
    modelName: row.model_name,
    model: { id: row.model_id, revision: row.model_revision },
    request: JSON.parse(row.request_json) as MediaRequest,
    ...(row.asset_id !== null && { assetId: row.asset_id }),
    ...(row.filename !== null && { filename: row.filename }),
    ...(row.source_url !== null && { sourceUrl: row.source_url }),
    ...(durationSec !== undefined && { durationSec }),
    warnings: JSON.parse(row.warnings_json) as Warning[],
    ...(failure && { failure }),
    itemCount: row.item_count,
    doneCount: row.done_count,
    failedCount: row.failed_count,
    embeddingCount: row.embedding_count,
    textTokens: row.text_tokens,
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
  }
}

export function taskWorkOf(row: TaskRow): TaskWork {
  const plan = planOf(row)
  return {
    id: row.id,
    accountId: row.account_id,
    state: row.state,
    model: { id: row.model_id, revision: row.model_revision },
    request: JSON.parse(row.request_json) as MediaRequest,
    ...(plan && { plan }),
    ...(row.asset_id !== null && { assetId: row.asset_id }),
    ...(row.object_hash !== null && { objectHash: row.object_hash }),
    holdsObject: row.holds_object === 1,
    ...(row.key_hash !== null && { keyHash: row.key_hash }),
    embeddingCount: row.embedding_count,
    warnings: JSON.parse(row.warnings_json) as Warning[],
  }
}

const planOf = ({ plan_json: json }: TaskRow): MediaPlan | undefined =>
  json === null ? undefined : (JSON.parse(json) as MediaPlan)
