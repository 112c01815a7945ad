import { expect, test } from 'vitest'
import { embedBucket, fillHandbook, pretendOtherModel, searchTexts } from '../../test/support/handbook.ts'
import { taskRoom } from '../../test/support/taskRoom.ts'
import { searchBucket } from './searchBucket.ts'

test('a search finds the nearest chunks with all that is told of them', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  await embedBucket(room)
  const { results, method } = await searchBucket(room.parts, room.account, {
    bucket: 'handbook',
    query: 'aaaa',
    limit: 3,
  })
  const [first, second, ...others] = results
  expect(method).toBe('exact')
  expect(first).toEqual({
    key: 'a.txt',
    checksum: '061d593af69171ef6cd28d4d3e9ff182',
    text: 'aaa',
    place: { row: 1 },
    distance: 0,
    certainty: 1,
    model: { id: 'tiny', revision: '1' },
  })
  expect(second).toMatchObject({ text: 'aab', certainty: expect.closeTo(1 - second!.distance / 2) as number })
  expect(others).toHaveLength(1)
})

test('a query in which words count goes out with its stems, half as weighty as the vectors of this model', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  await embedBucket(room)
  const orders: unknown[] = []
  const find = room.parts.search.find.bind(room.parts.search)
  room.parts.search.find = (order) => {
    orders.push(order)
    return find(order)
  }
  await searchBucket(room.parts, room.account, {
    bucket: 'handbook',
    query: 'a b',
    limit: 3,
    isHybrid: true,
    keyPattern: '*.txt',
    minCertainty: 0.2,
  })
  expect(orders).toMatchObject([
    { terms: { 'a b': 1 }, vectorWeight: 0.5, keyPattern: '*.txt', minCertainty: 0.2, limit: 3 },
  ])
})

test('what changes while a search runs is searched once more', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  await embedBucket(room)
  await room.put('handbook', 'a.txt', 'aca')
  let searches = 0
  const find = room.parts.search.find.bind(room.parts.search)
  room.parts.search.find = async (order) => {
    const hits = await find(order)
    if (searches++ === 0) await embedBucket(room)
    return hits
  }
  expect((await searchTexts(room, 'a'))[0]).toBe('aca')
  expect(searches).toBe(2)
})

test('a bucket that another model takes over while a search runs is searched by that model', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  await embedBucket(room)
  const searched: number[] = []
  const find = room.parts.search.find.bind(room.parts.search)
  room.parts.search.find = async (order) => {
    searched.push(order.bucketId)
    if (searched.length === 1) {
      await pretendOtherModel(room)
      await embedBucket(room)
    }
    return find(order)
  }
  expect(await searchTexts(room, 'a')).toHaveLength(5)
  expect(searched).toEqual([1, 2])
})

test('what another model has embedded is never compared with a query', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  await embedBucket(room)
  await pretendOtherModel(room)
  await expect(searchTexts(room, 'a')).resolves.toEqual([])
})

test('a bucket that changes with every search still gives as many results as were asked for', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  await embedBucket(room)
  let searches = 0
  const find = room.parts.search.find.bind(room.parts.search)
  room.parts.search.find = async (order) => {
    const hits = await find(order)
    await room.put('handbook', 'a.txt', `aaa\n\naab${'c'.repeat(++searches)}`)
    await embedBucket(room)
    return hits
  }
  const search = { bucket: 'handbook', query: 'a', limit: 2 }
  const { results: found } = await searchBucket(room.parts, room.account, search)
  expect(found).toHaveLength(2)
  expect(found.map(({ key }) => key)).not.toContain('a.txt')
})
