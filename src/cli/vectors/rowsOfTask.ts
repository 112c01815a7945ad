import type { Task } from '../../client/client.ts'
import type { ServerCalls } from '../serverCalls.ts'
import type { VectorRow } from './vectorRow.ts'

/** Of 768 numbers some 1 MB: written together they cost less. */
const ROWS_AT_ONCE = 256

/** A line of the answer. */
interface Line {
  option: string
  scope: string
  space?: string
  start_sec?: number
  end_sec?: number
  page?: number
  quadrant?: string
  chunk?: number
  text?: string
  /** Of a file of a bucket. */
  key?: string
  source_url?: string
  model?: { id: string; revision: string }
  /** Base64 of little-endian float32. */
  embedding: string
}

export interface RowsWanted {
  /** What stands for the whole input; files of buckets and pages of sites stand for themselves. */
  source: string
  /** Words with commas between them; absent: all. */
  option?: string | undefined
  scope?: string | undefined
  signal: AbortSignal
}

/** What is embedded of a task, streamed, in the order in which the server tells it. */
export async function* rowsOfTask(
  server: ServerCalls,
  task: Task,
  { source, option, scope, signal }: RowsWanted,
): AsyncGenerator<readonly VectorRow[], void> {
  const query = new URLSearchParams({
    encoding_format: 'base64',
    ...(option !== undefined && { option }),
    ...(scope !== undefined && { scope }),
  }).toString()
  let rows: VectorRow[] = []
  for await (const line of server.lines(
    `/api/tasks/${encodeURIComponent(task.id)}/embeddings?${query}`,
    signal,
  )) {
    rows.push(rowOf(line as Line, task, source))
    if (rows.length < ROWS_AT_ONCE) continue
    yield rows
    rows = []
  }
  if (rows.length > 0) yield rows
}

function rowOf(line: Line, task: Task, source: string): VectorRow {
  const { option, scope, space, start_sec: startSec, end_sec: endSec, page, quadrant, chunk, text } = line
  const { id, revision } = line.model ?? task.model
  return {
    source: line.source_url ?? line.key ?? source,
    taskId: task.id,
    ...(task.input.asset_id !== undefined && { assetId: task.input.asset_id }),
    model: `${id}@${revision}`,
    option,
    scope,
    space: space ?? '',
    ...(startSec !== undefined && { startSec }),
    ...(endSec !== undefined && { endSec }),
    ...(page !== undefined && { page }),
    ...(quadrant !== undefined && { quadrant }),
    ...(chunk !== undefined && { chunk }),
    ...(text !== undefined && { text }),
    vector: floatsOf(line.embedding),
  }
}

function floatsOf(base64: string): Float32Array {
  const bytes = Buffer.from(base64, 'base64')
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
}
