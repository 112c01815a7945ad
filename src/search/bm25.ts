import { eachTerm } from './eachTerm.ts'
import { countOf, documentOf, POSTING_BYTES, postingOf, POSTINGS_BYTES, type Postings } from './postings.ts'
import type { ChunkId } from './rowBlock.ts'
import { makeTopList } from './topList.ts'

const SATURATION = 1.2
const LENGTH_SHARE = 0.75

/** About what a document takes beside its postings. */
const DOCUMENT_BYTES = 80
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
  /** Adds a chunk with how often each term stands in it, as `eachTerm` reads it. */
  add(chunk: ChunkId, termsJson: string): void
  /** Removes all chunks of these files. */
  remove(fileIds: ReadonlySet<number>): void
  /** The chunks that have terms of the query, best first, equal ones by file and ordinal. */
  best(terms: Terms, limit: number, isWanted?: (fileId: number) => boolean): WordMatch[]
}

/**
 * An empty inverted index with Okapi BM25 (Robertson and Zaragoza 2009), k1 = 1.2, b = 0.75, and the rarity
 * ln(1 + (N - n + ½) / (n + ½)), which is never below 0. Terms of the query count once. Removed chunks are passed over,
 * and leave the lists when they are a quarter of all; scores are at any time those of an index without them.
 */
export function makeWordIndex(): WordIndex {
  const postingsOf = new Map<string, Postings>()
  // Of each document, by its number.
  let chunks: ChunkId[] = []
  let lengths: number[] = []
  let isRemoved: boolean[] = []
  let removedCount = 0
  let totalLength = 0
  let postingCount = 0

  function compact(): void {
    const newNumbers: (number | undefined)[] = []
    let count = 0
    for (const removed of isRemoved) newNumbers.push(removed ? undefined : count++)
    const stays = (_: unknown, document: number) => newNumbers[document] !== undefined
    chunks = chunks.filter(stays)
    lengths = lengths.filter(stays)
    isRemoved = chunks.map(() => false)
    removedCount = 0
    postingCount = 0
    for (const [term, postings] of postingsOf) {
      const left = renumbered(postings, newNumbers)
      postingCount += left.length
      if (left.length === 0) postingsOf.delete(term)
      else postingsOf.set(term, left)
    }
  }

  function countPresent(postings: Postings): number {
    let count = 0
    for (const posting of postings) if (isRemoved[documentOf(posting)] === false) count++
    return count
  }

  function addScores(scores: Float64Array, postings: Postings): void {
    const documentCount = chunks.length - removedCount
    const having = countPresent(postings)
    const rarity = Math.log(1 + (documentCount - having + 0.5) / (having + 0.5))
    const lengthShare = (LENGTH_SHARE * documentCount) / totalLength
    for (const posting of postings) {
      const document = documentOf(posting)
      const count = countOf(posting)
      const damping = SATURATION * (1 - LENGTH_SHARE + lengthShare * (lengths[document] ?? 0))
      scores[document] = (scores[document] ?? 0) + (rarity * count * (SATURATION + 1)) / (count + damping)
    }
  }

  return {
    get documentCount() {
      return chunks.length - removedCount
    },
    get sizeBytes() {
      return postingsOf.size * POSTINGS_BYTES + postingCount * POSTING_BYTES + chunks.length * DOCUMENT_BYTES
    },

    add({ fileId, ordinal }, termsJson) {
      let length = 0
      eachTerm(termsJson, (term, count) => {
        const posting = postingOf(chunks.length, count)
        const postings = postingsOf.get(term)
        if (postings === undefined) postingsOf.set(apart(term), [posting])
        else postings.push(posting)
        length += count
        postingCount++
      })
      chunks.push({ fileId, ordinal })
      lengths.push(length)
      isRemoved.push(false)
      totalLength += length
    },

    remove(fileIds) {
      for (const [document, { fileId }] of chunks.entries()) {
        if (isRemoved[document] === true || !fileIds.has(fileId)) continue
        isRemoved[document] = true
        removedCount++
        totalLength -= lengths[document] ?? 0
      }
      if (removedCount >= COMPACT_FROM && removedCount * 4 >= chunks.length) compact()
    },

    best(terms, limit, isWanted = () => true) {
      const scores = new Float64Array(chunks.length)
      for (const term of Object.keys(terms)) {
        const postings = postingsOf.get(term)
        if (postings !== undefined) addScores(scores, postings)
      }
      const best = makeTopList(limit, compareMatches)
      let least = 0
      for (const [document, chunk] of chunks.entries()) {
        const score = scores[document] ?? 0
        if (score === 0 || score < least || isRemoved[document] === true || !isWanted(chunk.fileId)) continue
        best.add({ fileId: chunk.fileId, ordinal: chunk.ordinal, score })
        least = best.last()?.score ?? 0
      }
      return best.sorted()
    },
  }
}

function renumbered(postings: Postings, newNumbers: readonly (number | undefined)[]): Postings {
  const left: Postings = []
  for (const posting of postings) {
    const document = newNumbers[documentOf(posting)]
    if (document !== undefined) left.push(postingOf(document, countOf(posting)))
  }
  return left
}

/** The same text as a string of its own: a part of a longer one would keep all of that in memory. */
const apart = (term: string): string => Buffer.from(term).toString()

/** The better one first, equal ones by file and ordinal. */
const compareMatches = (one: WordMatch, other: WordMatch): number =>
  other.score - one.score || one.fileId - other.fileId || one.ordinal - other.ordinal
