/**
 * In which documents a term stands and how often, by rising document, each as one number: document × 65,536 + count.
 * A plain array of numbers grows without being copied each time and takes 8 bytes an entry; two small typed arrays for
 * each of 100,000 terms cost the garbage collector seconds.
 */
export type Postings = number[]

const COUNTS = 65_536

/** What a list takes beside its entries, and an entry with the room that is kept for more; about. */
export const POSTINGS_BYTES = 150
export const POSTING_BYTES = 10

/** A count of more than 65,535 says no more than that. */
export const postingOf = (document: number, count: number): number =>
  document * COUNTS + Math.min(count, COUNTS - 1)

export const documentOf = (posting: number): number => Math.floor(posting / COUNTS)

// The remainder of a division, which of numbers this large is slow.
export const countOf = (posting: number): number => posting - documentOf(posting) * COUNTS
