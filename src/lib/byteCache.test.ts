import { expect, test } from 'vitest'
import { makeByteCache } from './byteCache.ts'

const tenBytes = async () => new Uint8Array(10)
const never = () => Promise.reject(new Error('made again'))

test('what was used last is kept, up to a size in all', async () => {
  const cache = makeByteCache(25)
  await cache.get('one', tenBytes)
  await cache.get('two', tenBytes)
  await cache.get('one', never)
  await cache.get('three', tenBytes)
  await cache.get('one', never)
  await cache.get('three', never)
  await expect(cache.get('two', never)).rejects.toThrow('made again')
})

test('what fails, and what is larger than all, is made again', async () => {
  const cache = makeByteCache(5)
  await expect(cache.get('one', never)).rejects.toThrow('made again')
  expect(await cache.get('one', tenBytes)).toHaveLength(10)
  await expect(cache.get('one', never)).rejects.toThrow('made again')
})
