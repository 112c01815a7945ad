import { expect, test } from 'vitest'
import { mimeTypeOfName } from './mimeType.ts'

test.each([
  ['a.mp4', 'video/mp4'],
  ['A.B.WAV', 'audio/wav'],
  ['README', 'application/octet-stream'],
  ['', 'application/octet-stream'],
  // What every object of JavaScript has is no extension.
  ['a.constructor', 'application/octet-stream'],
  ['__proto__', 'application/octet-stream'],
])('a file named "%s" is taken for %s', (name, mimeType) => {
  expect(mimeTypeOfName(name)).toBe(mimeType)
})
