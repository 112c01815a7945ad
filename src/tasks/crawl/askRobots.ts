import { ALL_ALLOWED, parseRobots, ROBOTS_BYTES, type RobotsRules } from '../../crawl/robots.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import type { Answer } from '../../fetch/get.ts'
import { updateCrawl } from '../../store/crawls.ts'
import type { TaskParts } from '../parts.ts'
import { hostOf, PRODUCT, writeCrawl, type Crawl } from './crawl.ts'
import { unpacked } from './unpack.ts'

const TOTAL_MS = 30_000
// It may be packed, or go on for ever: what is beyond what is read of it is not an error.
const LIMIT_BYTES = 64 * ROBOTS_BYTES

/** What the site's robots.txt says, asked for once in a crawl. Throws `fetch_failed` and `fetch_refused`: then nothing may be asked. */
export async function rulesOf(crawl: Crawl, site: string, signal: AbortSignal): Promise<RobotsRules> {
  const known = crawl.robots[site]
  if (known) return known
  const { pace, delayMs } = crawl.parts.crawling
  const release = await pace.take(hostOf(site), { atOnce: 1, delayMs }, signal)
  try {
    const rules = await askRobots(crawl.parts, site, signal)
    crawl.robots[site] = rules
    await writeCrawl(crawl, (db) => updateCrawl(db, crawl.task.id, { robots: crawl.robots }))
    return rules
  } finally {
    release?.()
  }
}

/**
 * Reads a robots.txt: a site that has none (4xx) allows everything, one that cannot say so (5xx, unreachable) nothing.
 * Source: RFC 9309, section 2.3.1.
 */
async function askRobots(
  { fetcher }: Pick<TaskParts, 'fetcher'>,
  site: string,
  signal: AbortSignal,
): Promise<RobotsRules> {
  const times = { totalMs: TOTAL_MS, idleMs: TOTAL_MS }
  const options = { headers: { accept: 'text/plain,*/*;q=0.5' }, limitBytes: LIMIT_BYTES, ...times, signal }
  try {
    const answer = await fetcher.get(`${site}/robots.txt`, options)
    try {
      return await readRobots(answer)
    } finally {
      answer.cancel()
    }
  } catch (failure) {
    // Source: RFC 9309, section 2.3.1.2.
    if (failure instanceof EmbedlineError && failure.reason === 'too_many_redirects') return ALL_ALLOWED
    throw failure
  }
}

async function readRobots(answer: Answer): Promise<RobotsRules> {
  const { status, url } = answer
  if (status >= 400 && status < 500) return ALL_ALLOWED
  if (status < 200 || status >= 300) {
    const message = `The robots.txt of ${url.host} cannot be had (${status}), so nothing there may be asked for.`
    throw new EmbedlineError('fetch_failed', message, { reason: 'robots' })
  }
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of unpacked(answer, LIMIT_BYTES)) {
    chunks.push(chunk)
    sizeBytes += chunk.length
    if (sizeBytes >= ROBOTS_BYTES) break
  }
  return parseRobots(Buffer.concat(chunks).subarray(0, ROBOTS_BYTES).toString(), PRODUCT)
}
