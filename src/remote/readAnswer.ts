import { EmbedlineError } from '../domain/errors.ts'
import type { TextOutcome } from '../domain/remoteTexts.ts'
import type { Reply } from './reply.ts'

export interface Expected {
  /** How many texts were sent. */
  count: number
  /** Numbers of a vector. */
  dimension: number
}

/**
 * Reads the answer to a request for vectors, `{data: [{index, embedding}]}` with numbers or base64 of little-endian
 * float32. The vectors come in the order of the texts and with unit length; one that has no direction or holds what is
 * no number is the failure of its text alone.
 */
export function readAnswer(body: string, expected: Expected): Reply {
  let answer: unknown
  try {
    answer = JSON.parse(body)
  } catch {
    return unreadable(body)
  }
  const items = itemsOf(answer)
  if (!items) return refused('answers without a list named data')
  if (items.length !== expected.count)
    return refused(`gave ${items.length} vectors for ${texts(expected.count)}`)
  const ordered = inOrder(items)
  if (!ordered) return refused('gave vectors whose indexes are not those of the texts')
  const vectors = ordered.map(({ embedding }) => numbersOf(embedding))
  const wrong = vectors.find((vector) => vector && vector.length !== expected.dimension)
  if (wrong)
    return refused(`gave vectors of ${wrong.length} numbers, and ${expected.dimension} are configured`)
  return { kind: 'answered', outcomes: vectors.map(unitVector) }
}

const texts = (count: number): string => (count === 1 ? '1 text' : `${count} texts`)

function unreadable(body: string): Reply {
  if (body.trimStart().startsWith('<'))
    return refused('answers with a page, not with JSON; is its URL right?')
  // JSON has no such numbers, and there are servers that write them all the same.
  if (/\bNaN\b|\bInfinity\b/.test(body))
    return { ...refused('gave numbers that are none'), isDivisible: true }
  return { kind: 'failed', reason: 'its answer is not complete', isOverload: false }
}

interface Item {
  index?: unknown
  embedding?: unknown
}

function itemsOf(answer: unknown): readonly Item[] | undefined {
  if (typeof answer !== 'object' || answer === null || !('data' in answer)) return undefined
  const { data } = answer
  const isItem = (each: unknown) => typeof each === 'object' && each !== null
  return Array.isArray(data) && data.every(isItem) ? (data as readonly Item[]) : undefined
}

/** By `index`; as they came where no vector has one. Undefined when the indexes do not fit. */
function inOrder(items: readonly Item[]): readonly Item[] | undefined {
  if (items.every(({ index }) => index === undefined)) return items
  const byIndex = new Map(items.map((item) => [item.index, item]))
  const ordered = items.map((_, at) => byIndex.get(at))
  return ordered.every((item) => item !== undefined) ? ordered : undefined
}

/** Undefined for what holds something else than numbers. */
function numbersOf(embedding: unknown): ArrayLike<number> | undefined {
  if (typeof embedding === 'string') return float32Of(embedding)
  const isNumbers = Array.isArray(embedding) && embedding.every((value) => typeof value === 'number')
  return isNumbers ? (embedding as readonly number[]) : undefined
}

function float32Of(base64: string): Float32Array | undefined {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length === 0 || bytes.length % Float32Array.BYTES_PER_ELEMENT !== 0) return undefined
  return Float32Array.from({ length: bytes.length / Float32Array.BYTES_PER_ELEMENT }, (_, at) =>
    bytes.readFloatLE(at * Float32Array.BYTES_PER_ELEMENT),
  )
}

function unitVector(numbers: ArrayLike<number> | undefined): TextOutcome {
  if (!numbers) return badVector('a vector that holds more than numbers')
  let squares = 0
  for (let at = 0; at < numbers.length; at++) squares += (numbers[at] ?? 0) ** 2
  if (!Number.isFinite(squares)) return badVector('a vector with numbers that are not finite')
  if (squares === 0) return badVector('a vector of nothing but zeros')
  const scale = 1 / Math.sqrt(squares)
  return Float32Array.from(numbers, (value) => value * scale)
}

const badVector = (what: string) =>
  new EmbedlineError('remote_refused', `The server of the remote model gave ${what}.`)

const refused = (what: string): Extract<Reply, { kind: 'refused' }> => ({
  kind: 'refused',
  error: new EmbedlineError('remote_refused', `The server of the remote model ${what}.`),
  isDivisible: false,
})
