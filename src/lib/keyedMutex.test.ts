import { expect, test } from 'vitest'
import { makeKeyedMutex } from './keyedMutex.ts'

test('work of one key runs one after the other, also after a failure; other keys do not wait', async () => {
  const mutex = makeKeyedMutex()
  const order: string[] = []
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  const first = mutex('a', async () => {
    await gate
    order.push('first')
    throw new Error('broken')
  })
  const second = mutex('a', async () => void order.push('second'))
  await mutex('b', async () => void order.push('other'))
  open()
  await expect(first).rejects.toThrow('broken')
  await second
  expect(order).toEqual(['other', 'first', 'second'])
})
