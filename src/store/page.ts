import { sql, type SelectQueryBuilder } from 'kysely'
import type { Db, Tables } from '../domain/tables.ts'
import type { Page } from '../domain/task.ts'

/** Which part of a list is wanted. */
export interface PageRequest {
  /** From 1. */
  page: number
  pageSize: number
}

/** Beyond this a list does not count its rows. */
export const COUNTED_ROWS = 10_000

/** Tables whose rows are listed newest first. */
type Listed = 'task' | 'asset' | 'upload'

/**
 * Reads one page of the rows that match, newest first; one past the end is empty. The total is exact up to 10,000,
 * beyond that it is what is known: at least 10,000, and more than this page ends with as long as another page follows.
 */
export async function newestPage<Table extends Listed, Row>(
  db: Db,
  matching: SelectQueryBuilder<Tables, Table, Row>,
  { page, pageSize }: PageRequest,
): Promise<Page<Row>> {
  const offset = (page - 1) * pageSize
  const counted = await countUpTo(db, matching, COUNTED_ROWS)
  if (counted < COUNTED_ROWS && offset >= counted) return { rows: [], total: counted }
  const found = await matching
    .orderBy(sql.ref('created_ms'), 'desc')
    .orderBy(sql.ref('id'), 'desc')
    .limit(pageSize + 1)
    .offset(offset)
    .execute()
  return {
    rows: found.slice(0, pageSize) as Row[],
    total: counted < COUNTED_ROWS ? counted : Math.max(counted, found.length && offset + found.length),
  }
}

async function countUpTo<Table extends Listed, Row>(
  db: Db,
  matching: SelectQueryBuilder<Tables, Table, Row>,
  limit: number,
): Promise<number> {
  const some = matching.clearSelect().select(sql.lit(1).as('one')).limit(limit).as('some')
  const { count } = await db
    .selectFrom(some)
    .select((row) => row.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count
}

/** A page of a list that is read by keyset, and after which id the next one begins. */
export interface KeysetPage<Row> {
  rows: readonly Row[]
  nextAfter?: string
}

/** The page of rows of which one more was read than it holds, if there are so many. */
export function keysetPage<Row extends { id: string }>(
  found: readonly Row[],
  limit: number,
): KeysetPage<Row> {
  const rows = found.slice(0, limit)
  const last = found.length > limit ? rows.at(-1) : undefined
  return { rows, ...(last && { nextAfter: last.id }) }
}
