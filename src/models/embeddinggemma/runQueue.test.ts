import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { makeRunQueue } from './runQueue.ts'

test('what arrives during a run goes before the next run of the same caller', async () => {
  const inQueue = makeRunQueue()
  const order: string[] = []
  const run = (name: string) => inQueue(async () => void order.push(name))
  const long = async () => {
    for (const part of [1, 2, 3]) await run(`long ${part}`)
  }
  const ended = long()
  // Arrives by an event that waits while the first run holds the loop.
  await setImmediate()
  await Promise.all([run('short'), ended])
  expect(order).toEqual(['long 1', 'short', 'long 2', 'long 3'])
})

test('a run that fails holds up nobody', async () => {
  const inQueue = makeRunQueue()
  const failing = inQueue(() => Promise.reject(new Error('no')))
  const next = inQueue(async () => 'next')
  await expect(failing).rejects.toThrow('no')
  expect(await next).toBe('next')
})
