import { expect, test } from 'vitest'
import { fakeClock } from '../../test/support/fakeClock.ts'
import { makeGather } from './gather.ts'

/** Doubles numbers, and keeps which ones it got together. */
function doubling({ most = 3, waitMs = 20 } = {}) {
  const clock = fakeClock()
  const runs: (readonly number[])[] = []
  const run = async (numbers: readonly number[]) => {
    runs.push(numbers)
    if (numbers.includes(13)) throw new Error('unlucky')
    return numbers.map((number) => 2 * number)
  }
  return { clock, runs, double: makeGather({ run, most, waitMs, clock }) }
}

test('what comes within the wait is done together, each gets its own outcome', async () => {
  const { clock, runs, double } = doubling()
  const outcomes = [double(1), double(2)]
  expect(runs).toEqual([])
  clock.advance(20)
  expect(await Promise.all(outcomes)).toEqual([2, 4])
  const later = double(3)
  clock.advance(20)
  expect(await later).toBe(6)
  expect(runs).toEqual([[1, 2], [3]])
})

test('enough at once do not wait', async () => {
  const { clock, runs, double } = doubling()
  const outcomes = [1, 2, 3, 4].map((number) => double(number))
  await Promise.all(outcomes.slice(0, 3))
  expect(runs).toEqual([[1, 2, 3]])
  clock.advance(20)
  expect(await outcomes[3]).toBe(8)
})

test('one that fails does not fail its neighbours', async () => {
  const { double } = doubling()
  const outcomes = await Promise.allSettled([double(1), double(13), double(2)])
  expect(outcomes).toMatchObject([
    { value: 2 },
    { status: 'rejected', reason: { message: 'unlucky' } },
    { value: 4 },
  ])
})

test('without a wait it runs at once', async () => {
  const { runs, double } = doubling({ waitMs: 0 })
  await double(1)
  expect(runs).toEqual([[1]])
})
