import { expect, test } from 'vitest'
import { ITEM_KINDS, type ItemKind } from '../domain/itemKinds.ts'
import { kindsOf } from '../domain/workGroups.ts'
import { roomsBeside } from './rooms.ts'

const freeBeside = (held: readonly ItemKind[], computeCount = 1) => {
  const rooms = roomsBeside(
    held.map((kind) => ({ kind })),
    { computeCount, kinds: ITEM_KINDS },
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
  const [mixed, rest] = roomsBeside([], { computeCount: 1, kinds: ITEM_KINDS }).slice(-2)
  expect(mixed).toEqual({ kinds: ['document', 'lines'], lanes: [2], free: 4 })
  expect(rest).toEqual({ kinds: ['document'], lanes: [2], free: 60 })
  expect(freeBeside(['lines', 'lines', 'lines'])).toMatchObject({ lines: 1, document: 63 })
  expect(freeBeside(['lines', 'lines', 'lines', 'lines', 'document'])).toMatchObject({
    lines: 0,
    document: 63,
  })
})

test('a worker has room for its own groups of work alone, and together they are all there is', () => {
  const kindsFor = (...groups: Parameters<typeof kindsOf>[0]) =>
    new Set(roomsBeside([], { computeCount: 1, kinds: kindsOf(groups) }).flatMap(({ kinds }) => kinds))
  expect(kindsFor('media')).toEqual(new Set(['inspect', 'plan', 'part', 'slice']))
  expect(kindsFor('text')).toEqual(new Set(['document', 'lines']))
  expect(kindsFor('fetch')).toEqual(new Set(['crawl', 'fetch', 'assemble']))
  expect(kindsFor('control')).toEqual(new Set(['finish', 'conclude', 'retry', 'list', 'check', 'gather']))
  expect(kindsFor('media', 'text', 'fetch', 'control')).toEqual(new Set(ITEM_KINDS))
})
