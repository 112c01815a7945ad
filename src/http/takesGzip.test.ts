import { expect, test } from 'vitest'
import { takesGzip } from './takesGzip.ts'

test.for([
  ['gzip, deflate', true],
  ['GZIP', true],
  ['x-gzip', true],
  ['br, gzip;q=0.1', true],
  ['*', true],
  ['deflate, *;q=0.5', true],
  ['identity;q=0.5, gzip;q=0.5', true],
  ['gzip ; Q=1.000', true],
  ['identity;q=0, *', true],
  [undefined, false],
  ['', false],
  ['identity', false],
  ['deflate, br', false],
  ['gzip;q=0', false],
  ['gzip;q=0.000, *', false],
  ['*;q=0', false],
  ['identity, gzip;q=0.5', false],
  ['gzip;q=2', false],
  ['gzip;q=often', false],
  ['gzipped', false],
] as const)('%j: %j', ([header, takes]) => {
  expect(takesGzip(header)).toBe(takes)
})
