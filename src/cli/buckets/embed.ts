import { systemClock, type Clock } from '../../lib/clock.ts'
import type { Command, Flag, Output } from '../command.ts'
import { EXIT } from '../exit.ts'
import { type ProgressBar, progressBar } from '../progressBar.ts'
import { findServer, SERVER_FLAGS, type ServerCalls } from '../serverCalls.ts'
import { wholeNumber } from '../wholeNumber.ts'
import { type EmbeddedFile, embeddedFiles } from './files.ts'
import { bucketOf, EMBEDDINGS_PATH } from './paths.ts'

const FLAGS: readonly Flag[] = [
  { name: 'chunk-size', placeholder: 'characters', meaning: 'Longest chunk [default 1024].' },
  {
    name: 'overlap',
    placeholder: 'characters',
    meaning: 'What neighbouring chunks share [default 512, or half of the chunk size].',
  },
  { name: 'model', placeholder: 'name', meaning: "Model to embed with [default: the server's]." },
  {
    name: 'loader',
    placeholder: 'name',
    meaning: 'How files are read: default, or intercom for its articles.',
  },
]

const CHARACTERS_MOST = 999_999_999
const POLL_LEAST_MS = 50
const POLL_MOST_MS = 1_000
const SHOWN_FAILURES = 20

interface Task {
  task_id: string
  status: string
  files_total: number
  files_done: number
  files_failed: number
  files_skipped: number
  files_removed: number
  error_message?: string
  /** What a caller should know although nothing failed. */
  warnings?: readonly { message: string }[]
}

const RUNNING: readonly string[] = ['queued', 'processing']

export const embed: Command = {
  usage: 'buckets embed <bucket> [flags]',
  description:
    'Embeds what is new or changed in a bucket, forgets what is gone from it, and waits for the end. Ends with 1 when\n' +
    'nothing could be embedded; single files that could not are listed. Ctrl-C ends the waiting, not the task.',
  flags: [...FLAGS, ...SERVER_FLAGS],
  operandLimit: 1,
  async run({ values, switches, operands }, output) {
    const bucket = bucketOf(operands)
    const order = orderOf(bucket, values)
    const server = await findServer({ values })
    const bar = switches.has('json') ? undefined : progressBar(output)
    const task = await embedToEnd(server, order, bar, systemClock)
    const failed = task.files_failed === 0 ? [] : await failedFiles(server, bucket)
    if (switches.has('json')) output.write(`${JSON.stringify({ bucket, task, failed }, undefined, 2)}\n`)
    else {
      bar?.done(summary(bucket, task))
      printFailures(bucket, failed, output)
      for (const { message } of task.warnings ?? []) output.write(`   ${message}\n`)
    }
    return task.status === 'failure' ? EXIT.failed : EXIT.done
  },
}

function orderOf(bucket: string, values: ReadonlyMap<string, string>): object {
  const size = values.get('chunk-size')
  const overlap = values.get('overlap')
  const model = values.get('model')
  const loader = values.get('loader')
  return {
    bucket_name: bucket,
    ...(size !== undefined && { document_chunk_size: wholeNumber('chunk-size', size, 1, CHARACTERS_MOST) }),
    ...(overlap !== undefined && {
      document_chunk_overlap_size: wholeNumber('overlap', overlap, 0, CHARACTERS_MOST),
    }),
    ...(model !== undefined && { embedding_model: model }),
    ...(loader !== undefined && { loader }),
  }
}

async function embedToEnd(
  server: ServerCalls,
  order: object,
  bar: ProgressBar | undefined,
  clock: Clock,
): Promise<Task> {
  const created = (await server.call('POST', EMBEDDINGS_PATH, { json: order })) as { data: Task }
  const path = `${EMBEDDINGS_PATH}/${created.data.task_id}`
  for (let pauseMs = POLL_LEAST_MS; ; pauseMs = Math.min(pauseMs * 1.5, POLL_MOST_MS)) {
    const { data } = (await server.call('GET', path)) as { data: Task }
    if (!RUNNING.includes(data.status)) return data
    const settled = data.files_done + data.files_failed + data.files_skipped
    bar?.show(data.status === 'queued' ? 'queued' : 'embedding', settled / Math.max(1, data.files_total))
    await clock.sleep(pauseMs)
  }
}

const failedFiles = async (server: ServerCalls, bucket: string): Promise<EmbeddedFile[]> =>
  (await embeddedFiles(server, bucket)).filter(({ status }) => status === 'failure')

function summary(bucket: string, task: Task): string {
  const counts = [
    `${task.files_done} embedded`,
    `${task.files_failed} failed`,
    `${task.files_skipped} unchanged`,
    `${task.files_removed} removed`,
  ]
  // Of a task that went on, this is what its first failed file says, which is listed below.
  const message =
    task.status === 'failure' && task.error_message !== undefined ? `: ${task.error_message}` : ''
  return `${bucket}: ${task.status}, ${counts.join(', ')}${message}`
}

function printFailures(bucket: string, failed: readonly EmbeddedFile[], output: Output): void {
  for (const { filename, error_reason: reason = 'failed', error_message: message } of failed.slice(
    0,
    SHOWN_FAILURES,
  ))
    output.write(`   ${filename}: ${message ?? reason}\n`)
  const rest = failed.length - SHOWN_FAILURES
  if (rest > 0) output.write(`   … and ${rest} more (embedline buckets list ${bucket} shows all)\n`)
}
