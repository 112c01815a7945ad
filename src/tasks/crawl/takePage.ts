import { ontoSite } from '../../crawl/pageUrl.ts'
import { endPage, pageOfUrl, pageWithContent, type PageEnd, type QueuedPage } from '../../store/crawlPages.ts'
import { countPages } from '../../store/crawls.ts'
import { writeCrawl, type Crawl } from './crawl.ts'
import { addFound, addLinks, mayBeAsked } from './foundPages.ts'
import { storePage } from './storePage.ts'
import type { VisitedPage } from './visit.ts'

/** Links from the start page: what is farther is not asked for. */
const DEEPEST = 5

/**
 * Writes down what is in a page: its links, and, unless it is there already or asks not to be, the page itself as an
 * object of the bucket.
 */
export async function takePage(crawl: Crawl, page: QueuedPage, visited: VisitedPage): Promise<void> {
  const contentHash = visited.facts?.textHash ?? visited.content.sha256
  const twin = await pageWithContent(crawl.parts.store.read, crawl.task.id, contentHash)
  // Its links are those of its twin, or lead around in circles.
  if (twin) return end(crawl, page, { state: 'duplicate', message: `It says the same as ${twin.url}.` })
  if (page.depth < DEEPEST && visited.isFollowed)
    await addLinks(crawl, visited.facts?.links ?? [], page.depth + 1)
  const canonical = await canonicalOf(crawl, page, visited)
  if (canonical !== undefined) return endAsCopy(crawl, page, canonical)
  if (!visited.isIndexed)
    return end(crawl, page, { state: 'skipped', reason: 'noindex', message: 'It asks not to be indexed.' })
  await storePage(crawl, page, { ...visited, contentHash })
}

/** Where the page says that it really is, if that is another page of the site which is there or may be asked for. */
async function canonicalOf(
  crawl: Crawl,
  page: QueuedPage,
  { facts }: VisitedPage,
): Promise<string | undefined> {
  const { parts, site, task } = crawl
  const canonical = facts?.canonical === undefined ? undefined : ontoSite(facts.canonical, site)
  if (canonical === undefined || canonical === page.url || page.ignoresCanonical) return undefined
  const known = await pageOfUrl(parts.store.read, task.id, canonical)
  const isThere = known
    ? ['queued', 'stored', 'unchanged'].includes(known.state)
    : mayBeAsked(crawl, canonical)
  return isThere ? canonical : undefined
}

async function endAsCopy(crawl: Crawl, page: QueuedPage, canonical: string): Promise<void> {
  await writeCrawl(crawl, (db) => addFound(crawl, db, [canonical], { depth: page.depth }))
  await end(crawl, page, { state: 'duplicate', canonical, message: `It calls itself ${canonical}.` })
}

async function end(crawl: Crawl, page: QueuedPage, pageEnd: PageEnd): Promise<void> {
  await writeCrawl(crawl, async (db) => {
    await endPage(db, page.id, pageEnd)
    await countPages(db, crawl.task.id, { fetched: 1, [pageEnd.state]: 1 })
  })
}
