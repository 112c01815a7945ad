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
    document: 128,
  })
  const held = ['plan', 'finish', 'list', 'crawl', 'fetch', 'slice', ...documents(3)] as const
  expect(freeBeside(held, 2)).toEqual({
    retry: 2,
    list: 1,
    crawl: 3,
    fetch: 15,
    assemble: 2,
    slice: 1,
    document: 125,
  })
})

test('documents are claimed many at a time', () => {
  expect(freeBeside(documents(64))).toMatchObject({ document: 0 })
  expect(freeBeside(documents(33))).toMatchObject({ document: 0 })
  expect(freeBeside(documents(32))).toMatchObject({ document: 32 })
})
