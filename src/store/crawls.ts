import { sql } from 'kysely'
import type { CrawlRow, Db } from '../domain/tables.ts'
import type { CrawlProgress, PageState } from '../domain/task.ts'

/** Makes a task of a bucket the crawl of a site. */
export async function insertCrawl(db: Db, taskId: string, startUrl: string): Promise<CrawlProgress> {
  const row: CrawlRow = {
    task_id: taskId,
    start_url: startUrl,
    site: null,
    robots_json: '{}',
    spent_ms: 0,
    ended_by: null,
    pages_found: 0,
    pages_fetched: 0,
    pages_stored: 0,
    pages_unchanged: 0,
    pages_duplicate: 0,
    pages_redirected: 0,
    pages_skipped: 0,
    pages_missing: 0,
    pages_failed: 0,
  }
  await db.insertInto('crawl').values(row).execute()
  return crawlProgressOf(row)
}

export const PROGRESS_COLUMNS = [
  'start_url',
  'ended_by',
  'pages_found',
  'pages_fetched',
  'pages_stored',
  'pages_unchanged',
  'pages_duplicate',
  'pages_redirected',
  'pages_skipped',
  'pages_missing',
  'pages_failed',
] as const

type ProgressColumns = Pick<CrawlRow, (typeof PROGRESS_COLUMNS)[number]>

export const crawlProgressOf = (row: ProgressColumns): CrawlProgress => ({
  startUrl: row.start_url,
  foundCount: row.pages_found,
  fetchedCount: row.pages_fetched,
  storedCount: row.pages_stored,
  unchangedCount: row.pages_unchanged,
  duplicateCount: row.pages_duplicate,
  redirectedCount: row.pages_redirected,
  skippedCount: row.pages_skipped,
  missingCount: row.pages_missing,
  failedCount: row.pages_failed,
  ...(row.ended_by !== null && { endedBy: row.ended_by }),
})

/** What the work on a crawl needs to know of it. */
export interface CrawlWork {
  startUrl: string
  /** `scheme://host:port` where the start page answered, once it did. */
  site?: string
  /** As they were kept last, by sites. */
  robots: Readonly<Record<string, unknown>>
  spentMs: number
  fetchedCount: number
}

/** Undefined for a task that is no crawl. */
export async function getCrawl(db: Db, taskId: string): Promise<CrawlWork | undefined> {
  const row = await db.selectFrom('crawl').selectAll().where('task_id', '=', taskId).executeTakeFirst()
  return (
    row && {
      startUrl: row.start_url,
      ...(row.site !== null && { site: row.site }),
      robots: JSON.parse(row.robots_json) as Record<string, unknown>,
      spentMs: row.spent_ms,
      fetchedCount: row.pages_fetched,
    }
  )
}

/** How far the crawl is; undefined for a task that is none. */
export async function getCrawlProgress(db: Db, taskId: string): Promise<CrawlProgress | undefined> {
  const row = await db
    .selectFrom('crawl')
    .select(PROGRESS_COLUMNS)
    .where('task_id', '=', taskId)
    .executeTakeFirst()
  return row && crawlProgressOf(row)
}

/** Keeps what was learned of the site, and how much longer the crawl has run. */
export async function updateCrawl(
  db: Db,
  taskId: string,
  change: {
    site?: string
    robots?: Readonly<Record<string, unknown>>
    addedMs?: number
    endedBy?: 'pages' | 'time'
  },
): Promise<void> {
  const { site, robots, addedMs = 0, endedBy } = change
  await db
    .updateTable('crawl')
    .set((row) => ({
      spent_ms: row('spent_ms', '+', addedMs),
      ...(site !== undefined && { site }),
      ...(robots && { robots_json: JSON.stringify(robots) }),
      ...(endedBy && { ended_by: endedBy }),
    }))
    .where('task_id', '=', taskId)
    .execute()
}

/** The bounds of the crawl count from here on again. */
export async function renewBounds(db: Db, taskId: string): Promise<void> {
  await db.updateTable('crawl').set({ spent_ms: 0, ended_by: null }).where('task_id', '=', taskId).execute()
}

type Counted = 'found' | 'fetched' | Exclude<PageState, 'queued'>

/** Counts pages; a count may be less than zero. */
export async function countPages(
  db: Db,
  taskId: string,
  counts: Partial<Record<Counted, number>>,
): Promise<void> {
  const changes = Object.entries(counts).map(([name, count]) => {
    const column = sql.ref(`pages_${name}`)
    return sql`${column} = ${column} + ${count}`
  })
  if (changes.length > 0)
    await sql`update crawl set ${sql.join(changes)} where task_id = ${taskId}`.execute(db)
}
