import { expect, test } from 'vitest'
import { prefersAsync } from './prefer.ts'

test.for([
  [undefined, false],
  ['respond-async', true],
  ['Respond-Async', true],
  ['wait=10, respond-async', true],
  ['respond-async; foo=bar, wait=100', true],
  ['return=minimal', false],
  ['respond-async-never', false],
  ['note="a, respond-async"', false],
  ['note="a", respond-async', true],
] as const)('Prefer: %s', ([prefer, expected]) => {
  expect(prefersAsync({ headers: prefer === undefined ? {} : { prefer } })).toBe(expected)
})
