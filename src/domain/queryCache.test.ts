import { expect, test } from 'vitest'
import { makeQueryCache } from './queryCache.ts'

const MODEL = { id: 'builtin', revision: '1' }

test('the query that was not used for longest is forgotten first', () => {
  const cache = makeQueryCache(2)
  cache.set(MODEL, 'one', Float32Array.of(1))
  cache.set(MODEL, 'two', Float32Array.of(2))
  cache.get(MODEL, 'one')
  cache.set(MODEL, 'three', Float32Array.of(3))
  expect(cache.size).toBe(2)
  expect(cache.get(MODEL, 'one')).toEqual(Float32Array.of(1))
  expect(cache.get(MODEL, 'two')).toBeUndefined()
})

test('models and their revisions do not share queries', () => {
  const cache = makeQueryCache(10)
  cache.set(MODEL, 'one', Float32Array.of(1))
  expect(cache.get({ ...MODEL, revision: '2' }, 'one')).toBeUndefined()
  expect(cache.get({ ...MODEL, id: 'other' }, 'one')).toBeUndefined()
})
