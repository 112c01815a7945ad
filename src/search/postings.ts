/** In which documents a term stands, and how often: document, count, document, count … by rising document. */
export interface Postings {
  numbers: Uint32Array
  /** Numbers in use. */
  length: number
}

export const makePostings = (): Postings => ({ numbers: new Uint32Array(2), length: 0 })

/** What an empty list takes beside its numbers, about. */
export const POSTINGS_BYTES = 200

export function addPosting(postings: Postings, document: number, count: number): void {
  if (postings.length === postings.numbers.length) {
    const larger = new Uint32Array(2 * postings.length)
    larger.set(postings.numbers)
    postings.numbers = larger
  }
  postings.numbers[postings.length++] = document
  postings.numbers[postings.length++] = count
}

/** Keeps the documents that have a new number, under that number; the order of the numbers must be the same. */
export function renumber(postings: Postings, newNumber: (document: number) => number | undefined): void {
  const { numbers, length } = postings
  postings.length = 0
  for (let i = 0; i < length; i += 2) {
    const document = newNumber(numbers[i] ?? 0)
    if (document === undefined) continue
    numbers[postings.length++] = document
    numbers[postings.length++] = numbers[i + 1] ?? 0
  }
}
