import { expect, test } from 'vitest'
import { nearest } from './nearest.ts'

const words = ['serve', 'demo', 'doctor', 'database-url']

test.each([
  ['sevre', 'serve'],
  ['doctr', 'doctor'],
  ['dmeo', 'demo'],
  ['databse-url', 'database-url'],
])('%s is understood as %s', (typed, meant) => {
  expect(nearest(typed, words)).toBe(meant)
})

test('what is like nothing gets no suggestion', () => {
  expect(nearest('frobnicate', words)).toBeUndefined()
  expect(nearest('', words)).toBeUndefined()
})
