import { systemClock, type Clock } from '../../lib/clock.ts'
import type { Output } from '../command.ts'
import type { ServerCalls } from '../serverCalls.ts'
import { embeddedFiles, type EmbeddedFile } from './files.ts'
import { EMBEDDINGS_PATH } from './paths.ts'

/** A task of a bucket, as the server tells it. */
export interface Task {
  task_id: string
  status: string
  files_total: number
  files_done: number
  files_failed: number
  files_skipped: number
  files_removed: number
  /** Of a crawl. */
  pages?: {
    found: number
    fetched: number
    duplicate: number
    skipped: number
    missing: number
    failed: number
  }
  failed_pages?: readonly { url: string; error_reason: string; error_message: string }[]
  error_message?: string
  /** What a caller should know although nothing failed. */
  warnings?: readonly { message: string }[]
}

const POLL_LEAST_MS = 50
const POLL_MOST_MS = 1_000

const RUNNING: readonly string[] = ['queued', 'processing']

/** Creates a task and waits for its end. */
export async function taskToEnd(
  server: ServerCalls,
  createPath: string,
  {
    order,
    onProgress,
    clock = systemClock,
  }: { order: object; onProgress: (task: Task) => void; clock?: Clock },
): Promise<Task> {
  const created = (await server.call('POST', createPath, { json: order })) as { data: Task }
  const path = `${EMBEDDINGS_PATH}/${created.data.task_id}`
  for (let pauseMs = POLL_LEAST_MS; ; pauseMs = Math.min(pauseMs * 1.5, POLL_MOST_MS)) {
    const { data } = (await server.call('GET', path)) as { data: Task }
    if (!RUNNING.includes(data.status)) return data
    onProgress(data)
    await clock.sleep(pauseMs)
  }
}

/** Files of the bucket that could not be embedded, if the task had any. */
export const failedFiles = async (
  server: ServerCalls,
  { files_failed: count }: Task,
  bucket: string,
): Promise<EmbeddedFile[]> =>
  count === 0 ? [] : (await embeddedFiles(server, bucket)).filter(({ status }) => status === 'failure')

export const fileCounts = (task: Task): string[] => [
  `${task.files_done} embedded`,
  `${task.files_failed} failed`,
  `${task.files_skipped} unchanged`,
]

/** Of a task that went on, the message is what its first failed file says, which is listed by itself. */
export const whyFailed = ({ status, error_message: message }: Task): string =>
  status === 'failure' && message !== undefined ? `: ${message}` : ''

const SHOWN_FAILURES = 20

/** Prints the first failures, and where the rest is to be had. */
export function printFailures(
  failures: readonly { what: string; why: string }[],
  whereAll: string,
  output: Output,
): void {
  for (const { what, why } of failures.slice(0, SHOWN_FAILURES)) output.write(`   ${what}: ${why}\n`)
  const rest = failures.length - SHOWN_FAILURES
  if (rest > 0) output.write(`   … and ${rest} more (${whereAll})\n`)
}
