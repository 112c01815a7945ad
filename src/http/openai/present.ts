import type { AccountFile, BatchProblemCode } from '../../domain/batch.ts'
import type { Batch } from '../../domain/task.ts'
import { modelWord } from '../modelWord.ts'
import { batchWord, fileWord } from './ids.ts'

const seconds = (ms: number): number => Math.floor(ms / 1000)

const time = (name: string, ms: number | undefined) => ({ [name]: ms === undefined ? null : seconds(ms) })

export const presentFile = (file: AccountFile) => ({
  id: fileWord(file.id),
  object: 'file',
  bytes: file.sizeBytes,
  created_at: seconds(file.createdMs),
  expires_at: seconds(file.expiresMs),
  filename: file.filename,
  purpose: file.purpose,
  status: 'processed',
  status_details: null,
})

type Status =
  | 'validating'
  | 'failed'
  | 'in_progress'
  | 'finalizing'
  | 'completed'
  | 'expired'
  | 'cancelling'
  | 'cancelled'

/** Where the contract has more words than there are states of tasks. A batch whose requests all failed is completed. */
export function statusOf(batch: Batch): Status {
  const { state, stop, startedMs, finalizingMs, errorFileId } = batch
  if (state === 'queued' || state === 'processing') {
    if (stop === 'cancelled') return 'cancelling'
    if (finalizingMs !== undefined || stop === 'expired') return 'finalizing'
    return startedMs === undefined ? 'validating' : 'in_progress'
  }
  if (state === 'cancelled') return 'cancelled'
  if (stop === 'expired') return 'expired'
  return state !== 'failed' || errorFileId !== undefined ? 'completed' : 'failed'
}

// Every problem has a word of the contract, or this file does not compile.
const PROBLEM = {
  no_requests: 'empty_file',
  too_many_requests: 'too_many_tasks',
  too_many_texts: 'too_many_inputs',
  line_too_long: 'line_too_long',
  line_unreadable: 'invalid_json_line',
  field_missing: 'missing_required_parameter',
  field_invalid: 'invalid_value',
  name_repeated: 'duplicate_custom_id',
  wrong_target: 'url_mismatch',
  model_unknown: 'model_not_found',
  model_differs: 'model_mismatch',
} as const satisfies Record<BatchProblemCode, string>

/** Where the field is known without being told. */
const PARAM: Readonly<Partial<Record<BatchProblemCode, string>>> = {
  name_repeated: 'custom_id',
  model_unknown: 'model',
  model_differs: 'model',
}

export function presentBatch(batch: Batch) {
  const status = statusOf(batch)
  const at = (own: Status) => (status === own ? batch.finishedMs : undefined)
  const { model, textTokens, warnings } = batch
  return {
    id: batchWord(batch.id),
    object: 'batch',
    endpoint: '/v1/embeddings',
    model: model.id === '' ? null : modelWord(model),
    errors: presentProblems(batch, status),
    input_file_id: fileWord(batch.inputFileId),
    completion_window: '24h',
    status,
    output_file_id: batch.outputFileId === undefined ? null : fileWord(batch.outputFileId),
    error_file_id: batch.errorFileId === undefined ? null : fileWord(batch.errorFileId),
    created_at: seconds(batch.createdMs),
    ...time('in_progress_at', batch.startedMs),
    ...time('expires_at', batch.deadlineMs),
    ...time('finalizing_at', batch.finalizingMs),
    ...time('completed_at', at('completed')),
    ...time('failed_at', at('failed')),
    ...time('expired_at', at('expired')),
    ...time('cancelling_at', batch.stop === 'cancelled' ? batch.stoppingMs : undefined),
    ...time('cancelled_at', at('cancelled')),
    request_counts: { total: batch.requestCount, completed: batch.doneCount, failed: batch.failedCount },
    usage: {
      input_tokens: textTokens,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 0,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: textTokens,
    },
    metadata: batch.metadata ?? null,
    ...(warnings.length > 0 && { warnings }),
  }
}

function presentProblems({ problems, failure }: Batch, status: Status) {
  if (status !== 'failed') return null
  const data = problems.map(({ code, message, line, field }) => ({
    code: PROBLEM[code] as string,
    message,
    param: field ?? PARAM[code] ?? null,
    line: line ?? null,
  }))
  if (data.length === 0 && failure)
    data.push({ code: failure.code, message: failure.message, param: null, line: null })
  return { object: 'list', data }
}

/** A page of a list: one more row than was asked for tells whether another one follows. */
export function presentList<Row>(rows: readonly Row[], limit: number, present: (row: Row) => { id: string }) {
  const data = rows.slice(0, limit).map(present)
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: rows.length > limit,
  }
}
