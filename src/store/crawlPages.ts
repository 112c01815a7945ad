import { sql } from 'kysely'
import type { CrawlPageRow, Db } from '../domain/tables.ts'
import type { FailedPage, PageState } from '../domain/task.ts'

/** A page that is to be asked for. */
export interface QueuedPage {
  id: number
  url: string
  isStart: boolean
  /** Links from the start page. */
  depth: number
  /** Redirects that led here. */
  hops: number
  /** Times that it was asked for in vain. */
  tries: number
  ignoresCanonical: boolean
}

export interface NewPage {
  url: string
  isStart?: boolean
  depth: number
  hops?: number
  state: 'queued' | 'skipped'
  /** Why it is skipped. */
  reason?: string
  shape?: string
}

/**
 * Adds pages that are not known yet; one that is known, still queued and farther from the start comes nearer. Returns
 * how many were added, and how many of those are skipped.
 */
export async function addPages(
  db: Db,
  taskId: string,
  pages: readonly NewPage[],
): Promise<{ added: number; skipped: number }> {
  const counts = { added: 0, skipped: 0 }
  for (const { url, isStart = false, depth, hops = 0, state, reason, shape } of pages) {
    const { numAffectedRows } = await sql`
      insert into crawl_page (task_id, url, is_start, depth, hops, tries, state, reason, shape, ignores_canonical)
      values (${taskId}, ${url}, ${isStart ? 1 : 0}, ${depth}, ${hops}, 0, ${state}, ${reason ?? null},
              ${shape ?? null}, 0)
      on conflict (task_id, url) do nothing`.execute(db)
    if (numAffectedRows !== 1n) {
      await bringNearer(db, taskId, url, depth)
      continue
    }
    counts.added++
    if (state === 'skipped') counts.skipped++
  }
  return counts
}

const bringNearer = (db: Db, taskId: string, url: string, depth: number) =>
  db
    .updateTable('crawl_page')
    .set({ depth })
    .where('task_id', '=', taskId)
    .where('url', '=', url)
    .where('state', '=', 'queued')
    .where('depth', '>', depth)
    .execute()

/** Of these addresses, those that are known. */
export async function knownUrls(db: Db, taskId: string, urls: readonly string[]): Promise<Set<string>> {
  const rows = await db
    .selectFrom('crawl_page')
    .select('url')
    .where('task_id', '=', taskId)
    .where('url', 'in', urls)
    .execute()
  return new Set(rows.map(({ url }) => url))
}

/** How many pages of each shape are to be asked for or were. */
export async function countShapes(
  db: Db,
  taskId: string,
  shapes: readonly string[],
): Promise<Map<string, number>> {
  if (shapes.length === 0) return new Map()
  const rows = await db
    .selectFrom('crawl_page')
    .select(['shape', (row) => row.fn.countAll<number>().as('count')])
    .where('task_id', '=', taskId)
    .where('shape', 'in', shapes)
    .where('reason', 'is', null)
    .groupBy('shape')
    .execute()
  return new Map(rows.map(({ shape, count }) => [shape ?? '', count]))
}

/** The next page to be asked for, not one of these: nearest to the start first, and last what went wrong before. */
export async function nextPage(
  db: Db,
  taskId: string,
  without: readonly number[],
): Promise<QueuedPage | undefined> {
  const row = await db
    .selectFrom('crawl_page')
    .selectAll()
    .where('task_id', '=', taskId)
    .where(sql<boolean>`state = 'queued'`)
    .$if(without.length > 0, (query) => query.where('id', 'not in', without))
    .orderBy('tries')
    .orderBy('depth')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return (
    row && {
      id: row.id,
      url: row.url,
      isStart: row.is_start === 1,
      depth: row.depth,
      hops: row.hops,
      tries: row.tries,
      ignoresCanonical: row.ignores_canonical === 1,
    }
  )
}

export interface PageEnd {
  state: Exclude<PageState, 'queued'>
  reason?: string
  message?: string
  contentHash?: string
  canonical?: string
}

/** What became of a page. */
export async function endPage(db: Db, id: number, end: PageEnd): Promise<void> {
  await db
    .updateTable('crawl_page')
    .set({
      state: end.state,
      reason: end.reason ?? null,
      message: end.message ?? null,
      content_hash: end.contentHash ?? null,
      canonical: end.canonical ?? null,
    })
    .where('id', '=', id)
    .execute()
}

/** The page is to be asked for once more, after all others. */
export async function tryAgain(db: Db, id: number): Promise<void> {
  await db
    .updateTable('crawl_page')
    .set((row) => ({ tries: row('tries', '+', 1) }))
    .where('id', '=', id)
    .execute()
}

/** The page that has this content. */
export const pageWithContent = (
  db: Db,
  taskId: string,
  contentHash: string,
): Promise<{ url: string } | undefined> =>
  db
    .selectFrom('crawl_page')
    .select('url')
    .where('task_id', '=', taskId)
    .where('content_hash', '=', contentHash)
    .executeTakeFirst()

/** What is known of an address. */
export const pageOfUrl = (
  db: Db,
  taskId: string,
  url: string,
): Promise<Pick<CrawlPageRow, 'state'> | undefined> =>
  db
    .selectFrom('crawl_page')
    .select('state')
    .where('task_id', '=', taskId)
    .where('url', '=', url)
    .executeTakeFirst()

/** Pages that were left out for one that turned out not to be there are to be asked for again. Returns how many. */
export async function takeBackDuplicates(db: Db, taskId: string, canonical: string): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('crawl_page')
    .set({ state: 'queued', reason: null, message: null, canonical: null, ignores_canonical: 1 })
    .where('task_id', '=', taskId)
    .where('canonical', '=', canonical)
    .where('state', '=', 'duplicate')
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

/** At most `limit` pages that could not be had are to be asked for again. Returns how many. */
export async function takeBackFailed(db: Db, taskId: string, limit: number): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('crawl_page')
    .set({ state: 'queued', tries: 0, reason: null, message: null })
    .where('id', 'in', (query) =>
      query
        .selectFrom('crawl_page')
        .select('id')
        .where('task_id', '=', taskId)
        .where(sql<boolean>`state = 'failed'`)
        .limit(limit),
    )
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

/** Pages that could not be had, in the order in which they were found. */
export async function failedPages(db: Db, taskId: string, limit: number): Promise<FailedPage[]> {
  const rows = await db
    .selectFrom('crawl_page')
    .select(['url', 'reason', 'message'])
    .where('task_id', '=', taskId)
    .where(sql<boolean>`state = 'failed'`)
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(({ url, reason, message }) => ({ url, reason: reason ?? '', message: message ?? '' }))
}

/** Why pages were left out, the most frequent reason first. */
export async function skipReasons(db: Db, taskId: string): Promise<{ reason: string; count: number }[]> {
  const rows = await db
    .selectFrom('crawl_page')
    .select(['reason', (row) => row.fn.countAll<number>().as('count')])
    .where('task_id', '=', taskId)
    .where('state', '=', 'skipped')
    .groupBy('reason')
    .orderBy('count', 'desc')
    .execute()
  return rows.map(({ reason, count }) => ({ reason: reason ?? '', count }))
}

/** Removes at most `limit` pages of a crawl. Returns how many. */
export async function removePages(db: Db, taskId: string, limit: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('crawl_page')
    .where('id', 'in', (query) =>
      query.selectFrom('crawl_page').select('id').where('task_id', '=', taskId).limit(limit),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}
