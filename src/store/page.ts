import type { Page } from '../domain/task.ts'

/** Which part of a list is wanted. */
export interface PageRequest {
  /** From 1. */
  page: number
  pageSize: number
}

/** Beyond this a list does not count its rows. */
export const COUNTED_ROWS = 10_000

export interface ListQueries<Row> {
  /** Reads at most `limit` rows in the order of the list, leaving out the first `offset`. */
  rows: (limit: number, offset: number) => Promise<readonly Row[]>
  /** Counts the rows of the list, but never more than `limit`. */
  count: (limit: number) => Promise<number>
}

/**
 * Reads one page of a list; one past the end is empty. The total is exact up to 10,000, beyond that it is what is known:
 * at least 10,000, and more than this page ends with as long as another page follows.
 */
export async function readPage<Row>(
  { rows, count }: ListQueries<Row>,
  { page, pageSize }: PageRequest,
): Promise<Page<Row>> {
  const offset = (page - 1) * pageSize
  const counted = await count(COUNTED_ROWS)
  if (counted < COUNTED_ROWS && offset >= counted) return { rows: [], total: counted }
  const found = await rows(pageSize + 1, offset)
  return {
    rows: found.slice(0, pageSize),
    total: counted < COUNTED_ROWS ? counted : Math.max(counted, found.length && offset + found.length),
  }
}
