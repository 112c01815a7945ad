import { expect, test } from 'vitest'
import { makeTurns } from './turns.ts'

test('no more than so many have their turn at once, in the order in which they came', async () => {
  const turns = makeTurns(2)
  const order: number[] = []
  let atOnce = 0
  let most = 0
  const use = async (number: number) => {
    await turns.take()
    order.push(number)
    most = Math.max(most, ++atOnce)
    await new Promise((turn) => setImmediate(turn))
    atOnce--
    turns.giveBack()
  }
  await Promise.all([0, 1, 2, 3, 4, 5].map(use))
  expect(most).toBe(2)
  expect(order).toEqual([0, 1, 2, 3, 4, 5])
  await use(6)
  expect(order).toHaveLength(7)
})
