import type { Db } from '../../domain/tables.ts'
import { failedPages, skipReasons } from '../../store/crawlPages.ts'
import { getCrawlProgress } from '../../store/crawls.ts'
import { isErrorCode } from '../../domain/errors.ts'
import type { Outcome } from '../endBucket.ts'

/**
 * What the pages say of how a crawl ended: ready, partial when some could not be had, failed when nothing at all came of
 * it. Undefined for a task that is no crawl.
 */
export async function crawlOutcome(db: Db, taskId: string): Promise<Outcome | undefined> {
  const crawl = await getCrawlProgress(db, taskId)
  if (!crawl) return undefined
  const [failed] = await failedPages(db, taskId, 1)
  if (crawl.storedCount + crawl.unchangedCount === 0) {
    const reasons = (await skipReasons(db, taskId)).map(({ reason, count }) => `${reason} ${count}`)
    const why = reasons.length > 0 ? ` Left out: ${reasons.join(', ')}.` : ''
    const message = `No page of ${crawl.startUrl} could be stored.${why}`
    return { state: 'failed', failure: { code: 'fetch_not_found', message } }
  }
  if (!failed) return { state: 'ready' }
  const code = isErrorCode(failed.reason) ? failed.reason : 'fetch_failed'
  const count = crawl.failedCount === 1 ? '1 page' : `${crawl.failedCount} pages`
  return {
    state: 'partial',
    failure: { code, message: `${count} could not be had, the first ${failed.url}: ${failed.message}` },
  }
}
