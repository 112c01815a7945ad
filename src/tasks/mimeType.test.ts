import { expect, test } from 'vitest'
import { mimeTypeOfMedia, mimeTypeOfName } from './mimeType.ts'

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

test.each([
  ['clip', true, 'video/mp4'],
  ['clip.mov', true, 'video/quicktime'],
  ['clip.wav', true, 'video/mp4'],
  ['tone', false, 'audio/mp4'],
])(
  'a file of the family of MP4 that is named "%s" is told by its name, else taken for the usual one',
  (name, isSeen, mimeType) => {
    const video = { codec: 'h264', width: 320, height: 180, fps: 12, rotation: 0, stream: 0 }
    const facts = { container: 'mov,mp4,m4a,3gp,3g2,mj2', isPicture: false, ...(isSeen && { video }) }
    expect(mimeTypeOfMedia(facts as never, name)).toBe(mimeType)
  },
)
