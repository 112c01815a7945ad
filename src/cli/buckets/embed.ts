import type { Command, Flag } from '../command.ts'
import { EXIT } from '../exit.ts'
import { type ProgressBar, progressBar } from '../progressBar.ts'
import { findServer, SERVER_FLAGS } from '../serverCalls.ts'
import { wholeNumber } from '../wholeNumber.ts'
import { bucketOf, EMBEDDINGS_PATH } from './paths.ts'
import { failedFiles, fileCounts, printFailures, type Task, taskToEnd, whyFailed } from './taskToEnd.ts'

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
    const task = await taskToEnd(server, EMBEDDINGS_PATH, { order, onProgress: showFiles(bar) })
    const failed = await failedFiles(server, task, bucket)
    if (switches.has('json')) output.write(`${JSON.stringify({ bucket, task, failed }, undefined, 2)}\n`)
    else {
      bar?.done(summary(bucket, task))
      printFailures(
        failed.map(({ filename, error_reason: reason, error_message: message }) => ({
          what: filename,
          why: message ?? reason ?? 'failed',
        })),
        `embedline buckets list ${bucket} shows all`,
        output,
      )
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

const showFiles = (bar: ProgressBar | undefined) => (task: Task) => {
  const settled = task.files_done + task.files_failed + task.files_skipped
  bar?.show(task.status === 'queued' ? 'queued' : 'embedding', settled / Math.max(1, task.files_total))
}

const summary = (bucket: string, task: Task): string =>
  `${bucket}: ${task.status}, ${[...fileCounts(task), `${task.files_removed} removed`].join(', ')}${whyFailed(task)}`
