import { expect, test } from 'vitest'
import { makeTurns } from './turns.ts'
import type { Steps } from './turns.ts'

// A clock that says that every step took its whole slice.
function slowSteps() {
  let nowMs = 0
  return makeTurns({ sliceMs: 5, nowMs: () => (nowMs += 5) })
}

function* steps(count: number, onStep: () => void): Steps<number> {
  for (let step = 0; step < count; step++) {
    onStep()
    yield
  }
  return count
}

test('calls that run at once take turns', async () => {
  const inTurns = slowSteps()
  const order: string[] = []
  const long = inTurns(steps(3, () => order.push('long')))
  const short = inTurns(steps(1, () => order.push('short')))
  expect(await Promise.all([long, short])).toEqual([3, 1])
  expect(order).toEqual(['long', 'short', 'long', 'long'])
})

test('the event loop goes round between the steps of however many calls', async () => {
  const inTurns = slowSteps()
  let round = 0
  const count = () => {
    round++
    immediate = setImmediate(count)
  }
  let immediate = setImmediate(count)
  const rounds: number[] = []
  await Promise.all([1, 2, 3].map(() => inTurns(steps(4, () => rounds.push(round)))))
  clearImmediate(immediate)
  expect(rounds).toHaveLength(12)
  expect(new Set(rounds).size).toBe(12)
})

test('a call that fails does not stop the others', async () => {
  const inTurns = slowSteps()
  const failing = inTurns(
    steps(2, () => {
      throw new Error('broken')
    }),
  )
  const other = inTurns(steps(2, () => undefined))
  await expect(failing).rejects.toThrow('broken')
  expect(await other).toBe(2)
})
