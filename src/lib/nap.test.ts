import { expect, test } from 'vitest'
import { fakeClock } from '../../test/support/fakeClock.ts'
import { makeNap } from './nap.ts'

test('a nap ends after its time', async () => {
  const clock = fakeClock()
  const sleeping = makeNap(clock).sleep(1_000)
  clock.advance(1_000)
  await sleeping
})

test('a wake-up ends the nap at once, one that came before it too, but only that one nap', async () => {
  const clock = fakeClock()
  const nap = makeNap(clock)
  const sleeping = nap.sleep(1_000)
  nap.wake()
  await sleeping
  nap.wake()
  await nap.sleep(1_000)
  let isAwake = false
  const third = nap.sleep(1_000).then(() => (isAwake = true))
  await Promise.resolve()
  expect(isAwake).toBe(false)
  clock.advance(1_000)
  await third
})
