import { expect, test } from 'vitest'
import { limitsNamed } from '../domain/limits.ts'
import type { MediaFacts } from '../domain/media.ts'
import type { DocumentRequest } from '../domain/taskRequest.ts'
import { builtinFacts } from '../models/builtin/facts.ts'
import { planDocument, planPicture } from './planParts.ts'

const LIMITS = limitsNamed('ours')
const MEGABYTE = 1_000_000

const pdf = (pageCount: number, sizeBytes: number): MediaFacts => ({
  container: 'pdf',
  sizeBytes,
  subtitles: [],
  isPicture: false,
  seeksExactly: false,
  warnings: [],
  document: { type: 'pdf', pageCount },
})

const plan = (facts: MediaFacts, request: Partial<DocumentRequest> = {}) =>
  planDocument({ input: 'document', ...request }, facts, { limits: LIMITS, model: builtinFacts })

test('pages are divided among items', () => {
  expect(plan(pdf(40, MEGABYTE)).parts).toEqual([
    { kind: 'pages', first: 1, last: 16, quadrants: false },
    { kind: 'pages', first: 17, last: 32, quadrants: false },
    { kind: 'pages', first: 33, last: 40, quadrants: false },
  ])
})

test.each([
  [0.5, 64],
  [1, 64],
  [4, 256],
  [4.1, 320],
])('a PDF of %d MB may have %d pages', (megabytes, allowed) => {
  const sizeBytes = megabytes * MEGABYTE
  expect(plan(pdf(allowed, sizeBytes)).parts.length).toBeGreaterThan(0)
  expect(() => plan(pdf(allowed + 1, sizeBytes))).toThrow(
    `Document (${allowed + 1} pages) exceeds maximum limit of ${allowed} pages`,
  )
  const quadrants = { pages: 'quadrants' } as const
  expect(plan(pdf(Math.floor(allowed / 5), sizeBytes), quadrants).parts.length).toBeGreaterThan(0)
  expect(() => plan(pdf(Math.floor(allowed / 5) + 1, sizeBytes), quadrants)).toThrow('exceeds maximum limit')
})

test('a document and a picture that are too large say how large they are', () => {
  expect(() => plan(pdf(1, 512_345_678))).toThrow('File size (512.35 MB) exceeds maximum limit of 512 MB')
  const picture = { ...pdf(1, 40 * MEGABYTE), isPicture: true }
  expect(() => planPicture(picture, LIMITS)).toThrow('File size (40 MB) exceeds maximum limit of 33.55 MB')
})
