import { expect, test } from 'vitest'
import { fakeClock } from '../../test/support/fakeClock.ts'
import { makeIds } from './ids.ts'

const idsAt = (clock: ReturnType<typeof fakeClock>, chance = 0xff) =>
  makeIds(clock, (count) => new Uint8Array(count).fill(chance))

test('a UUID of version 7 begins with its time, and says its version and variant', () => {
  const clock = fakeClock(0x0123_4567_89ab)
  expect(idsAt(clock).uuidV7()).toMatch(/^01234567-89ab-77ff-bfff-ffffffffffff$/)
})

test('UUIDs of version 7 rise, however many there are within a millisecond', () => {
  const clock = fakeClock()
  const ids = idsAt(clock)
  const made: string[] = []
  for (let count = 0; count < 10_000; count++) made.push(ids.uuidV7())
  clock.advance(1)
  made.push(ids.uuidV7())
  expect(made.toSorted()).toEqual(made)
  expect(new Set(made).size).toBe(made.length)
})
