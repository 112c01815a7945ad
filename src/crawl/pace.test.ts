import { expect, test } from 'vitest'
import { fakeClock } from '../../test/support/fakeClock.ts'
import { makePace } from './pace.ts'

const { signal } = new AbortController()
const turns = () => new Promise((wake) => setImmediate(wake))

test('requests to a host begin apart from each other, those to another host do not wait', async () => {
  const clock = fakeClock()
  const pace = makePace(clock)
  const begun: string[] = []
  const ask = async (host: string) => {
    const release = await pace.take(host, { atOnce: 2, delayMs: 500 }, signal)
    begun.push(host)
    release?.()
  }
  const all = [ask('a'), ask('a'), ask('b')]
  await turns()
  expect(begun).toEqual(['a', 'b'])
  expect(pace.waitMs('a')).toBe(500)
  clock.advance(499)
  await turns()
  expect(begun).toEqual(['a', 'b'])
  clock.advance(1)
  await Promise.all(all)
  expect(begun).toEqual(['a', 'b', 'a'])
})

test('no more than so many are under way at once', async () => {
  const pace = makePace(fakeClock())
  const take = () => pace.take('a', { atOnce: 2, delayMs: 0 }, signal)
  const [release] = await Promise.all([take(), take()])
  let isThird = false
  const third = take().then(() => (isThird = true))
  await turns()
  expect(isThird).toBe(false)
  release?.()
  expect(await third).toBe(true)
})

test('a host that asked for a pause gets it, and whoever is stopped waits no longer', async () => {
  const clock = fakeClock()
  const pace = makePace(clock)
  pace.pause('a', 30_000)
  expect(pace.waitMs('a')).toBe(30_000)
  const stopping = new AbortController()
  const waiting = pace.take('a', { atOnce: 1, delayMs: 0 }, stopping.signal)
  stopping.abort(new Error('stopped'))
  await expect(waiting).rejects.toThrow('stopped')
})

test('whoever is not ready for the wait goes away, also when it becomes longer meanwhile', async () => {
  const clock = fakeClock()
  const pace = makePace(clock)
  pace.pause('a', 500)
  const take = () => pace.take('a', { atOnce: 1, delayMs: 0, longestWaitMs: 1_000 }, signal)
  const waiting = take()
  await turns()
  pace.pause('a', 2_000)
  expect(await take()).toBeUndefined()
  clock.advance(500)
  expect(await waiting).toBeUndefined()
})

test('hosts that nobody asks any more are forgotten', async () => {
  const clock = fakeClock()
  const pace = makePace(clock)
  for (let host = 0; host < 2_500; host++)
    (await pace.take(`host ${host}`, { atOnce: 1, delayMs: 0 }, signal))?.()
  expect(pace.waitMs('host 0')).toBe(0)
})
