import { isNoDocument } from '../../crawl/contentType.ts'
import { ontoSite } from '../../crawl/pageUrl.ts'
import { ALL_ALLOWED, isAllowed } from '../../crawl/robots.ts'
import { isTrap, shapeOf, type Shape } from '../../crawl/traps.ts'
import type { Db } from '../../domain/tables.ts'
import { addPages, countShapes, knownUrls, type NewPage } from '../../store/crawlPages.ts'
import { countPages, getCrawlProgress } from '../../store/crawls.ts'
import { writeCrawl, type Crawl } from './crawl.ts'

const LINKS_A_TRANSACTION = 250

/** More pages than these are not remembered, counted by those that may be asked for. */
const REMEMBERED_FACTOR = 5

/** Adds the pages of the site among these, farther from the start page than `from` by one link. */
export async function addLinks(crawl: Crawl, links: readonly string[], depth: number): Promise<void> {
  const urls = ofSite(crawl, links)
  for (let from = 0; from < urls.length; from += LINKS_A_TRANSACTION) {
    const some = urls.slice(from, from + LINKS_A_TRANSACTION)
    await writeCrawl(crawl, (db) => addFound(crawl, db, some, { depth }))
  }
}

/** The pages of the site among these, each once. */
const ofSite = ({ site }: Crawl, links: readonly string[]): string[] => [
  ...new Set(links.map((link) => ontoSite(link, site)).filter((url) => url !== undefined)),
]

/** Adds pages of the site; those that are not to be asked for are kept with the reason. */
export async function addFound(
  crawl: Crawl,
  db: Db,
  urls: readonly string[],
  { depth, hops = 0 }: { depth: number; hops?: number },
): Promise<void> {
  const taskId = crawl.task.id
  const { foundCount = 0 } = (await getCrawlProgress(db, taskId)) ?? {}
  if (foundCount >= REMEMBERED_FACTOR * crawl.parts.crawling.mostPages) return
  const known = await knownUrls(db, taskId, urls)
  const shapes = new Map<string, Shape>()
  for (const url of urls) {
    const shape = known.has(url) ? undefined : shapeOf(url)
    if (shape) shapes.set(url, shape)
  }
  const counts = await countShapes(db, taskId, [...new Set([...shapes.values()].map(({ name }) => name))])
  // Those that are known may turn out to be nearer.
  const pages = urls.map((url): NewPage => {
    const shape = shapes.get(url)
    const reason = whyNot(crawl, url, shape, counts)
    if (reason !== undefined) return { url, depth, hops, state: 'skipped', reason }
    if (shape) counts.set(shape.name, (counts.get(shape.name) ?? 0) + 1)
    return { url, depth, hops, state: 'queued', ...(shape && { shape: shape.name }) }
  })
  const { added, skipped } = await addPages(db, taskId, pages)
  await countPages(db, taskId, { found: added, skipped })
}

/** Why a page is not to be asked for, in a word; undefined when it is. */
function whyNot(
  { site, robots }: Crawl,
  url: string,
  shape: Shape | undefined,
  counts: ReadonlyMap<string, number>,
): string | undefined {
  if (!isAllowed(robots[site] ?? ALL_ALLOWED, url)) return 'robots'
  if (isNoDocument(url)) return 'unsupported_type'
  if (isTrap(url)) return 'trap'
  return shape && (counts.get(shape.name) ?? 0) >= shape.most ? 'too_many_alike' : undefined
}

/** True for a page that may be asked for, known or not. */
export const mayBeAsked = (crawl: Crawl, url: string): boolean =>
  whyNot(crawl, url, undefined, new Map()) === undefined
