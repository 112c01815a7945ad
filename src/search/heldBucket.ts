import { makeWordIndex, type WordIndex } from './bm25.ts'
import type { ChunkSource, LoadedRow, Loader } from './loader.ts'
import { makeVectorRows, type VectorRows } from './vectorRows.ts'

/** What is held of a bucket: the chunks of one model. */
export interface HeldBucket {
  /** Memory taken, about. */
  readonly sizeBytes: number
  readonly vectors: VectorRows
  readonly words: WordIndex
  /** Files that changed or went since the version from which on vectors are held. */
  readonly changedFiles: ReadonlySet<number>
  /**
   * Takes in what has changed, unless the parts that are asked for have the version or a later one. False when the
   * bucket is not there. What was taken in is useless after a failure.
   */
  update(needs: { version: number; vectors: boolean; words: boolean }): Promise<boolean>
}

interface Part {
  version: number
  drop(fileIds: ReadonlySet<number>): void
  add(rows: readonly LoadedRow[]): void
}

export interface HeldBucketParts {
  loader: Loader
  turn: () => Promise<void>
  /** Only vectors that came after this version of the bucket are held. */
  since?: number
}

/** An empty bucket. Its words are read only when a search first needs them, because many never do. */
export function makeHeldBucket(
  source: ChunkSource,
  { loader, turn, since = 0 }: HeldBucketParts,
): HeldBucket {
  const vectors = makeVectorRows()
  const changedFiles = new Set<number>()
  const words = makeWordIndex()
  const vectorPart: Part = {
    version: since,
    drop(fileIds) {
      vectors.drop(fileIds)
      if (since > 0) for (const fileId of fileIds) changedFiles.add(fileId)
    },
    add: (rows) => vectors.add(rows),
  }
  const wordPart: Part = {
    version: 0,
    drop: (fileIds) => words.remove(fileIds),
    add(rows) {
      for (const row of rows) words.add(row, row.termsJson)
    },
  }

  const takeIn = (part: Part) =>
    loader.changes(source, part.version, async ({ version, dropped, pages }) => {
      if (dropped.length > 0) part.drop(new Set(dropped))
      for await (const page of pages) {
        part.add(page)
        // Other buckets are searched meanwhile.
        await turn()
      }
      part.version = version
    })

  return {
    vectors,
    words,
    changedFiles,
    get sizeBytes() {
      return vectors.sizeBytes + words.sizeBytes
    },
    async update({ version, ...needs }) {
      for (const part of [...(needs.vectors ? [vectorPart] : []), ...(needs.words ? [wordPart] : [])])
        if (part.version < version && !(await takeIn(part))) return false
      return true
    },
  }
}
