import { expect, test } from 'vitest'
import { makeTakeover, type Turn } from './takeover.ts'

/** Work whose steps a test ends one by one. */
function work() {
  const gates: PromiseWithResolvers<void>[] = []
  const log: string[] = []
  const steps = (name: string, count: number) => async (turn: Turn) => {
    for (let at = 0; at < count; at++)
      await turn.step(async () => {
        log.push(`${name}${at} begins`)
        const gate = Promise.withResolvers<void>()
        gates.push(gate)
        await gate.promise
        log.push(`${name}${at} ends`)
      })
    return name
  }
  const open = () => gates.shift()?.resolve()
  return { log, steps, open, isWaiting: () => gates.length > 0 }
}

test('the newest work of a key begins when the current step of the former one has ended, which goes no further', async () => {
  const takeover = makeTakeover()
  const { log, steps, open, isWaiting } = work()
  const first = takeover('part', steps('a', 2))
  await expect.poll(isWaiting).toBe(true)
  const second = takeover('part', steps('b', 1))
  expect(log).toEqual(['a0 begins'])
  open()
  await expect(first).rejects.toMatchObject({ code: 'aborted' })
  await expect.poll(isWaiting).toBe(true)
  open()
  expect(await second).toBe('b')
  expect(log).toEqual(['a0 begins', 'a0 ends', 'b0 begins', 'b0 ends'])
})

test('one that was taken over before it began does nothing, and the one after it still waits', async () => {
  const takeover = makeTakeover()
  const { log, steps, open, isWaiting } = work()
  const first = takeover('part', steps('a', 1))
  await expect.poll(isWaiting).toBe(true)
  const second = takeover('part', steps('b', 1))
  const third = takeover('part', steps('c', 1))
  const ended = Promise.allSettled([first, second, third])
  await new Promise(setImmediate)
  expect(log).toEqual(['a0 begins'])
  open()
  await expect.poll(isWaiting).toBe(true)
  open()
  expect((await ended).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(log).toEqual(['a0 begins', 'a0 ends', 'c0 begins', 'c0 ends'])
})

test('works of different keys do not wait for each other', async () => {
  const takeover = makeTakeover()
  const { steps, open, isWaiting } = work()
  const first = takeover('one', steps('a', 1))
  await expect.poll(isWaiting).toBe(true)
  expect(await takeover('two', async () => 'b')).toBe('b')
  open()
  expect(await first).toBe('a')
})

test('a step that fails ends its work alone', async () => {
  const takeover = makeTakeover()
  const failing = takeover('part', (turn) => turn.step(() => Promise.reject(new Error('broken'))))
  await expect(failing).rejects.toThrow('broken')
  expect(await takeover('part', (turn) => turn.step(async () => 'fine'))).toBe('fine')
})
