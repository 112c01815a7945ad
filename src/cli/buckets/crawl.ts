import { EmbedlineError } from '../../domain/errors.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { type ProgressBar, progressBar } from '../progressBar.ts'
import { findServer, SERVER_FLAGS } from '../serverCalls.ts'
import { bucketOf, bucketPath, EMBEDDINGS_PATH } from './paths.ts'
import { failedFiles, fileCounts, printFailures, type Task, taskToEnd, whyFailed } from './taskToEnd.ts'

export const crawl: Command = {
  usage: 'buckets crawl <bucket> <url> [flags]',
  description:
    'Crawls a site from a page on, up to five links deep, stores its pages as objects of a bucket, embeds them, and\n' +
    'waits for the end. Makes the bucket when there is none. robots.txt is kept to. Ends with 1 when nothing could be stored; single pages that could not be\n' +
    'had are listed. Ctrl-C ends the waiting, not the crawl.',
  flags: SERVER_FLAGS,
  operandLimit: 2,
  async run({ values, switches, operands }, output) {
    const bucket = bucketOf(operands)
    const [, url] = operands
    if (url === undefined)
      throw new EmbedlineError('request_invalid', 'which site? A URL belongs behind the bucket')
    const server = await findServer({ values })
    const bar = switches.has('json') ? undefined : progressBar(output)
    const order = { bucket_name: bucket, url }
    await server.call('PUT', bucketPath(bucket))
    const task = await taskToEnd(server, `${EMBEDDINGS_PATH}/url`, { order, onProgress: showPages(bar) })
    const failed = await failedFiles(server, task, bucket)
    if (switches.has('json')) output.write(`${JSON.stringify({ bucket, task, failed }, undefined, 2)}\n`)
    else {
      bar?.done(`${bucket}: ${task.status}, ${counts(task).join(', ')}${whyFailed(task)}`)
      const pages = (task.failed_pages ?? []).map((page) => ({ what: page.url, why: page.error_message }))
      const files = failed.map(({ filename, error_reason: reason, error_message: message }) => ({
        what: filename,
        why: message ?? reason ?? 'failed',
      }))
      printFailures([...pages, ...files], '--json shows them', output)
      for (const { message } of task.warnings ?? []) output.write(`   ${message}\n`)
    }
    return task.status === 'failure' ? EXIT.failed : EXIT.done
  },
}

const showPages = (bar: ProgressBar | undefined) => (task: Task) => {
  const { found, fetched } = task.pages ?? { found: 0, fetched: 0 }
  const label = bar?.isLive ? `${fetched} of ${found} pages` : 'crawling'
  bar?.show(task.status === 'queued' ? 'queued' : label, fetched / Math.max(1, found))
}

function counts(task: Task): string[] {
  const pages = task.pages ?? { fetched: 0, duplicate: 0, skipped: 0, missing: 0, failed: 0 }
  return [
    `${pages.fetched} pages`,
    ...fileCounts(task),
    `${pages.duplicate} twice`,
    `${pages.skipped} left out`,
    `${pages.missing} missing`,
    ...(pages.failed > 0 ? [`${pages.failed} not to be had`] : []),
  ]
}
