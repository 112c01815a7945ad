import { openLoader, type SearchRow } from '../../src/store/searchRows.ts'
import type { Search } from '../../src/tasks/parts.ts'
import { cosine } from './vectors.ts'

/**
 * Exact search that holds the rows of a bucket and takes in what changes, in the plainest way; keys and words are left
 * to those who test them.
 */
export function plainSearch(file: string): Search & { close(): void } {
  const reader = openLoader({ file })
  const held = new Map<number, { version: number; rows: SearchRow[] }>()
  return {
    async find({ bucketId, version, vector, limit, minCertainty = 0 }) {
      const bucket = held.get(bucketId) ?? { version: 0, rows: [] }
      held.set(bucketId, bucket)
      if (bucket.version < version)
        await reader.changes(bucketId, bucket.version, async (changes) => {
          bucket.rows = bucket.rows.filter(({ fileId }) => !changes.dropped.includes(fileId))
          for (const page of changes.pages) bucket.rows.push(...page)
          bucket.version = changes.version
        })
      return bucket.rows
        .map((row) => ({
          fileId: row.fileId,
          ordinal: row.ordinal,
          cosine: cosine(row.vector, vector),
        }))
        .filter((hit) => (1 + hit.cosine) / 2 >= minCertainty)
        .toSorted((one, other) => other.cosine - one.cosine)
        .slice(0, limit)
    },
    close: () => reader.close(),
  }
}
