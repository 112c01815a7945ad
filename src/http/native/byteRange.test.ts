import { expect, test } from 'vitest'
import { byteRange } from './byteRange.ts'

const OBJECT = { etag: '"a"', sizeBytes: 10 }
const of = (range: string, sizeBytes = 10, ifRange?: string) =>
  byteRange(range, ifRange, { ...OBJECT, sizeBytes })

test('a range is asked for from the start, from the end, or open', () => {
  expect(of('bytes=0-3')).toEqual({ first: 0, last: 3 })
  expect(of('bytes=3-')).toEqual({ first: 3, last: 9 })
  expect(of('bytes=-4')).toEqual({ first: 6, last: 9 })
  expect(of('BYTES = 9-9')).toEqual({ first: 9, last: 9 })
})

test('a range ends with the object', () => {
  expect(of('bytes=5-99999999999999999999')).toEqual({ first: 5, last: 9 })
  expect(of('bytes=-99')).toEqual({ first: 0, last: 9 })
})

test('what begins behind the end, or is empty, is beyond', () => {
  for (const range of ['bytes=10-', 'bytes=10-20', 'bytes=-0', 'bytes=99999999999999999999-'])
    expect(of(range)).toBe('beyond')
  expect(of('bytes=0-', 0)).toBe('beyond')
  expect(of('bytes=-5', 0)).toBe('beyond')
})

test('a header that is not understood, or several ranges, mean all bytes', () => {
  for (const range of [
    '',
    'bytes=',
    'bytes=-',
    'bytes=5-2',
    'bytes=0-1,4-5',
    'items=0-1',
    'bytes=a-b',
    '0-1',
  ])
    expect(of(range)).toBeUndefined()
  expect(byteRange(undefined, undefined, OBJECT)).toBeUndefined()
})

test('a range of another version than there is means all bytes', () => {
  expect(of('bytes=0-3', 10, '"a"')).toEqual({ first: 0, last: 3 })
  for (const other of ['"b"', 'W/"a"', 'Wed, 21 Oct 2015 07:28:00 GMT'])
    expect(of('bytes=0-3', 10, other)).toBeUndefined()
})
