import { addPosting, makePostings, POSTINGS_BYTES, renumber, type Postings } from './postings.ts'
import type { ChunkId } from './rowBlock.ts'
import { makeTopList } from './topList.ts'

const SATURATION = 1.2
const LENGTH_SHARE = 0.75

/** Beside postings: its numbers and what it is of. */
const DOCUMENT_BYTES = 40
const COMPACT_FROM = 1000

export interface WordMatch extends ChunkId {
  score: number
}

export type Terms = Readonly<Record<string, number>>

/** Texts by their words. */
export interface WordIndex {
  readonly documentCount: number
  /** Memory taken, about. */
  readonly sizeBytes: number
  /** Adds a chunk with how often each term stands in it. */
  add(chunk: ChunkId, terms: Terms): void
  /** Removes all chunks of these files. */
  remove(fileIds: ReadonlySet<number>): void
  /** The chunks that have terms of the query, best first, equal ones by file and ordinal. */
  best(terms: Terms, limit: number, isWanted?: (fileId: number) => boolean): WordMatch[]
}

interface Document extends ChunkId {
  /** Terms in all. */
  length: number
  isRemoved: boolean
}

/**
 * An empty inverted index with Okapi BM25 (Robertson and Zaragoza 2009), k1 = 1.2, b = 0.75, and the rarity
 * ln(1 + (N - n + ½) / (n + ½)), which is never below 0. Terms of the query count once. Removed chunks are passed over,
 * and leave the lists when they are a quarter of all; scores are at any time those of an index without them.
 */
export function makeWordIndex(): WordIndex {
  const postingsOf = new Map<string, Postings>()
  let documents: Document[] = []
  let removedCount = 0
  let totalLength = 0
  let postingCount = 0

  function compact(): void {
    const newNumbers: (number | undefined)[] = []
    let count = 0
    for (const { isRemoved } of documents) newNumbers.push(isRemoved ? undefined : count++)
    documents = documents.filter(({ isRemoved }) => !isRemoved)
    removedCount = 0
    postingCount = 0
    for (const [term, postings] of postingsOf) {
      renumber(postings, (document) => newNumbers[document])
      postingCount += postings.length / 2
      if (postings.length === 0) postingsOf.delete(term)
    }
  }

  /** The documents that have the term, without the removed ones: document, count, document, count … */
  function present(term: string): number[] {
    const { numbers, length } = postingsOf.get(term) ?? makePostings()
    const found: number[] = []
    for (let i = 0; i < length; i += 2) {
      const document = numbers[i] ?? 0
      if (documents[document]?.isRemoved === false) found.push(document, numbers[i + 1] ?? 0)
    }
    return found
  }

  function addScores(scores: Map<number, number>, term: string): void {
    const documentCount = documents.length - removedCount
    const meanLength = totalLength / documentCount
    const found = present(term)
    const having = found.length / 2
    const rarity = Math.log(1 + (documentCount - having + 0.5) / (having + 0.5))
    for (let i = 0; i < found.length; i += 2) {
      const document = found[i] ?? 0
      const count = found[i + 1] ?? 0
      const length = documents[document]?.length ?? 0
      const damping = SATURATION * (1 - LENGTH_SHARE + (LENGTH_SHARE * length) / meanLength)
      const score = (rarity * count * (SATURATION + 1)) / (count + damping)
      scores.set(document, (scores.get(document) ?? 0) + score)
    }
  }

  return {
    get documentCount() {
      return documents.length - removedCount
    },
    get sizeBytes() {
      return postingsOf.size * POSTINGS_BYTES + postingCount * 12 + documents.length * DOCUMENT_BYTES
    },

    add({ fileId, ordinal }, terms) {
      let length = 0
      for (const [term, count] of Object.entries(terms)) {
        const postings = postingsOf.get(term) ?? makePostings()
        postingsOf.set(term, postings)
        addPosting(postings, documents.length, count)
        length += count
        postingCount++
      }
      documents.push({ fileId, ordinal, length, isRemoved: false })
      totalLength += length
    },

    remove(fileIds) {
      for (const document of documents) {
        if (document.isRemoved || !fileIds.has(document.fileId)) continue
        document.isRemoved = true
        removedCount++
        totalLength -= document.length
      }
      if (removedCount >= COMPACT_FROM && removedCount * 4 >= documents.length) compact()
    },

    best(terms, limit, isWanted = () => true) {
      const scores = new Map<number, number>()
      for (const term of Object.keys(terms)) addScores(scores, term)
      const best = makeTopList(limit, compareMatches)
      for (const [number, score] of scores) {
        const document = documents[number]
        if (document !== undefined && isWanted(document.fileId))
          best.add({ fileId: document.fileId, ordinal: document.ordinal, score })
      }
      return best.sorted()
    },
  }
}

const compareMatches = (one: WordMatch, other: WordMatch): number =>
  other.score - one.score || one.fileId - other.fileId || one.ordinal - other.ordinal
