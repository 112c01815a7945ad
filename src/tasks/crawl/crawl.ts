import type { Politeness } from '../../crawl/pace.ts'
import type { RobotsRules } from '../../crawl/robots.ts'
import { siteOf } from '../../crawl/pageUrl.ts'
import type { Db } from '../../domain/tables.ts'
import type { KeyedMutex } from '../../lib/keyedMutex.ts'
import type { ClaimedItem } from '../../queue/claim.ts'
import { isHeld } from '../../queue/held.ts'
import type { BucketWork } from '../../store/bucketTasks.ts'
import { leaseLost } from '../leaseLost.ts'
import type { TaskParts } from '../parts.ts'

/** By this name robots.txt and pages may speak to this crawler; the user agent begins with it. */
export const PRODUCT = 'Embedline'

/** A crawl while it is worked on. */
export interface Crawl {
  parts: TaskParts
  item: ClaimedItem
  task: BucketWork
  /** `embedded_bucket.id`. */
  bucketId: number
  startUrl: string
  /** `scheme://host:port` of the pages that are taken; may change as long as the start page leads elsewhere. */
  site: string
  /** By sites. */
  robots: Record<string, RobotsRules>
  /** Pages that were asked for, now and before. */
  fetchedCount: number
  /** Pages are fetched side by side and written one after the other. */
  inOrder: KeyedMutex
}

/** Runs a change of what is known of the crawl, unless another worker has it. */
export const writeCrawl = <T>(
  { parts, item }: Pick<Crawl, 'parts' | 'item'>,
  change: (db: Db, nowMs: number) => Promise<T>,
): Promise<T> =>
  parts.store.write(async (db) => {
    if (!(await isHeld(db, item))) throw leaseLost()
    return change(db, parts.clock.nowMs())
  })

const AT_ONCE = 2
/** A site may ask for longer waits between two requests, up to this one. */
const LONGEST_DELAY_MS = 10_000
/** A wait for the site that is longer than this is no reason to hold the item. */
export const LONGEST_WAIT_MS = 1_000

/** How the site wants to be asked. */
export function politenessOf({ parts, robots, site }: Crawl): Politeness {
  const { delayMs } = parts.crawling
  const ownDelayMs = Math.min((robots[site]?.delaySec ?? 0) * 1000, LONGEST_DELAY_MS)
  const waits = { longestWaitMs: LONGEST_WAIT_MS }
  return ownDelayMs > delayMs
    ? { ...waits, atOnce: 1, delayMs: ownDelayMs }
    : { ...waits, atOnce: AT_ONCE, delayMs }
}

/** The name and port by which a site is asked. */
export const hostOf = (url: string): string => new URL(siteOf(url)).host
