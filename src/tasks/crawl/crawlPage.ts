import { ontoSite, pageUrl, siteOf } from '../../crawl/pageUrl.ts'
import { isAllowed } from '../../crawl/robots.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import { fetchFailure } from '../../fetch/failures.ts'
import {
  addPages,
  endPage,
  takeBackDuplicates,
  tryAgain,
  type PageEnd,
  type QueuedPage,
} from '../../store/crawlPages.ts'
import { countPages, updateCrawl } from '../../store/crawls.ts'
import { rulesOf } from './askRobots.ts'
import { hostOf, politenessOf, writeCrawl, type Crawl } from './crawl.ts'
import { addFound } from './foundPages.ts'
import { takePage } from './takePage.ts'
import { pageFailure, visit, type Visit } from './visit.ts'

/** A site that has too much to do may ask for a pause, up to this one. */
const LONGEST_PAUSE_MS = 60_000

const MOST_HOPS = 5

/**
 * Asks for one page and writes down what came of it. Throws what ends the crawl: what is wrong with the start page, and
 * what is wrong here.
 */
export async function crawlPage(crawl: Crawl, page: QueuedPage, signal: AbortSignal): Promise<void> {
  let visited: Visit | undefined
  try {
    visited = await ask(crawl, page, signal)
  } catch (thrown) {
    const failure = pageFailure(thrown)
    if (!failure) throw thrown
    return endFailed(crawl, page, failure)
  }
  if (!visited) return
  if (visited.kind === 'redirect') return endRedirected(crawl, page, visited.to)
  crawl.fetchedCount++
  if (visited.kind === 'other') return endOther(crawl, page, visited.contentType)
  const { content } = visited
  try {
    await crawl.inOrder('write', () => takePage(crawl, page, visited))
  } finally {
    await content.drop()
  }
}

/** Undefined: the site wants to be left alone for longer than one waits here. */
async function ask(
  crawl: Crawl,
  { url, isStart }: QueuedPage,
  signal: AbortSignal,
): Promise<Visit | undefined> {
  const rules = await rulesOf(crawl, siteOf(url), signal)
  if (isStart && !isAllowed(rules, url)) {
    const message = `The robots.txt of ${hostOf(url)} forbids it.`
    throw new EmbedlineError('fetch_refused', message, { reason: 'robots' })
  }
  const release = await crawl.parts.crawling.pace.take(hostOf(url), politenessOf(crawl), signal)
  if (!release) return undefined
  try {
    return await visit(crawl.parts, url, signal)
  } finally {
    release()
  }
}

/** Why the start page cannot be had is why the crawl fails. */
const startFailure = (failure: EmbedlineError): EmbedlineError =>
  new EmbedlineError(failure.code, `The start page cannot be had: ${failure.message}`, {
    cause: failure,
    ...(failure.reason !== undefined && { reason: failure.reason }),
    ...(failure.retryAfterMs !== undefined && { retryAfterMs: failure.retryAfterMs }),
  })

async function endFailed(crawl: Crawl, page: QueuedPage, failure: EmbedlineError): Promise<void> {
  const { parts } = crawl
  if (page.isStart) throw startFailure(failure)
  if (failure.retryAfterMs !== undefined)
    parts.crawling.pace.pause(hostOf(page.url), Math.min(failure.retryAfterMs, LONGEST_PAUSE_MS))
  if (failure.retryable && page.tries === 0) return writeCrawl(crawl, async (db) => tryAgain(db, page.id))
  crawl.fetchedCount++
  const { message, reason = failure.code } = failure
  const state = failure.code === 'fetch_not_found' ? 'missing' : 'failed'
  await endWithout(crawl, page, { state, reason, message })
}

const endOther = (crawl: Crawl, page: QueuedPage, contentType: string): Promise<void> =>
  endWithout(crawl, page, {
    state: 'skipped',
    reason: 'unsupported_type',
    message: `It is ${contentType.slice(0, 100)}, which is not read as a document.`,
  })

/** Ends a page that nothing is stored of. What was left out because of it has its turn again. */
async function endWithout(crawl: Crawl, page: QueuedPage, end: PageEnd): Promise<void> {
  const taskId = crawl.task.id
  await writeCrawl(crawl, async (db) => {
    await endPage(db, page.id, end)
    const takenBack = await takeBackDuplicates(db, taskId, page.url)
    const fetched = end.state === 'redirected' ? 0 : 1
    await countPages(db, taskId, { fetched, [end.state]: 1, duplicate: -takenBack })
  })
}

async function endRedirected(crawl: Crawl, page: QueuedPage, to: string): Promise<void> {
  const target = pageUrl(to)
  if (page.isStart) return followStart(crawl, page, target, to)
  const url = target === undefined ? undefined : ontoSite(target, crawl.site)
  if (url === undefined) {
    const message = `It leads to ${URL.parse(to)?.host ?? 'what is no page'}, which is another site.`
    return endWithout(crawl, page, { state: 'skipped', reason: 'other_host', message })
  }
  if (url === page.url || page.hops >= MOST_HOPS) return endFailed(crawl, page, inCircles(page.url))
  await writeCrawl(crawl, (db) => addFound(crawl, db, [url], { depth: page.depth, hops: page.hops + 1 }))
  await endWithout(crawl, page, { state: 'redirected', message: `It leads to ${url}.` })
}

/** Where the start page leads on the same host, by another scheme or with `www.`, is the site that is crawled. */
async function followStart(
  crawl: Crawl,
  page: QueuedPage,
  target: string | undefined,
  to: string,
): Promise<void> {
  if (target === undefined || ontoSite(target, siteOf(page.url)) === undefined) {
    const host = URL.parse(to)?.host ?? 'what is no page'
    const message = `${hostOf(page.url)} leads to ${host}, which is another site.`
    throw startFailure(new EmbedlineError('fetch_refused', message, { reason: 'other_host' }))
  }
  const hops = page.hops + 1
  const taskId = crawl.task.id
  const { added } = await writeCrawl(crawl, async (db) => {
    const counts = await addPages(db, taskId, [
      { url: target, isStart: true, depth: 0, hops, state: 'queued' },
    ])
    await endPage(db, page.id, { state: 'redirected', message: `It leads to ${target}.` })
    await countPages(db, taskId, { found: counts.added, redirected: 1 })
    await updateCrawl(db, taskId, { site: siteOf(target) })
    return counts
  })
  if (added === 0 || hops > MOST_HOPS) throw startFailure(inCircles(page.url))
  crawl.site = siteOf(target)
}

const inCircles = (url: string): EmbedlineError =>
  fetchFailure('too_many_redirects', `${hostOf(url)} redirects in circles, or too often.`)
