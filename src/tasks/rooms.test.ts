import { expect, test } from 'vitest'
import type { ItemKind } from '../domain/tables.ts'
import { roomsBeside } from './rooms.ts'

const freeBeside = (held: readonly ItemKind[], computeCount = 1) => {
  const rooms = roomsBeside(
    held.map((kind) => ({ kind })),
    computeCount,
  )
  return Object.fromEntries(rooms.map(({ kinds, free }) => [kinds.at(-1), free]))
}

const documents = (count: number) => Array.from({ length: count }, () => 'document' as const)

test('each kind of work has room of its own', () => {
  expect(freeBeside([], 2)).toEqual({
    retry: 4,
    list: 2,
    crawl: 4,
    fetch: 16,
    assemble: 2,
    slice: 2,
    gather: 2,
    lines: 8,
    document: 120,
  })
  const held = ['plan', 'finish', 'list', 'crawl', 'fetch', 'slice', ...documents(3)] as const
  expect(freeBeside(held, 2)).toEqual({
    retry: 2,
    list: 1,
    crawl: 3,
    fetch: 15,
    assemble: 2,
    slice: 1,
    gather: 2,
    lines: 8,
    document: 117,
  })
})

test('documents are claimed many at a time', () => {
  expect(freeBeside(documents(64))).toMatchObject({ document: 0 })
  expect(freeBeside(documents(33))).toMatchObject({ document: 0 })
  expect(freeBeside(documents(32))).toMatchObject({ lines: 4, document: 28 })
})

test('lines of batches are claimed in turn with documents, and never many at a time', () => {
  const [mixed, rest] = roomsBeside([], 1).slice(-2)
  expect(mixed).toEqual({ kinds: ['document', 'lines'], lanes: [2], free: 4 })
  expect(rest).toEqual({ kinds: ['document'], lanes: [2], free: 60 })
  expect(freeBeside(['lines', 'lines', 'lines'])).toMatchObject({ lines: 1, document: 63 })
  expect(freeBeside(['lines', 'lines', 'lines', 'lines', 'document'])).toMatchObject({
    lines: 0,
    document: 63,
  })
})
