import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeBase64Decoder } from './base64.ts'

/** Decodes `text` in pieces of `step` characters; undefined when it is refused. */
function decode(text: string, step = 3): Buffer | undefined {
  const decoder = makeBase64Decoder()
  const pieces: Uint8Array[] = []
  for (let at = 0; at < text.length; at += step) {
    const piece = decoder.decode(Buffer.from(text.slice(at, at + step), 'latin1'))
    if (!piece) return undefined
    pieces.push(piece)
  }
  return decoder.isComplete() ? Buffer.concat(pieces) : undefined
}

test('bytes come back from their base64, wherever it is cut', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), fc.integer({ min: 1, max: 9 }), (bytes, step) => {
      expect(decode(Buffer.from(bytes).toString('base64'), step)).toEqual(Buffer.from(bytes))
    }),
  )
})

test.for([
  'QQ',
  'QQ=',
  'QQ===',
  'Q===',
  '====',
  'QQ==QQ==',
  'Q=Q=',
  'QQ-_',
  'QU\nFB',
  'data:;base64,QUFB',
  'é',
  'Q',
])('%j is refused', (text) => {
  expect(decode(text)).toBeUndefined()
  expect(decode(text, 1)).toBeUndefined()
  expect(decode(text, 100)).toBeUndefined()
})
