import { expect, test } from 'vitest'
import { makeFirstLane } from './firstLane.ts'

test('long work goes on at once when nothing short is being served', async () => {
  await makeFirstLane().letPass()
})

test('long work waits for the short requests that run, also those that come meanwhile', async () => {
  const lane = makeFirstLane()
  const order: string[] = []
  const first = Promise.withResolvers<void>()
  const second = Promise.withResolvers<void>()
  const serving = [
    lane.serve(() => first.promise.then(() => order.push('first'))),
    lane.letPass().then(() => order.push('long')),
    lane.serve(() => second.promise.then(() => order.push('second'))),
  ]
  first.resolve()
  await serving[0]
  second.resolve()
  await Promise.all(serving)
  expect(order).toEqual(['first', 'second', 'long'])
})

test('a request that fails holds nobody up', async () => {
  const lane = makeFirstLane()
  await expect(lane.serve(() => Promise.reject(new Error('no picture')))).rejects.toThrow('no picture')
  await lane.letPass()
})

test('short requests without end slow long work down, but do not stop it', async () => {
  const lane = makeFirstLane(10)
  const endless = Promise.withResolvers<void>()
  const served = lane.serve(() => endless.promise)
  await lane.letPass()
  endless.resolve()
  await served
})
