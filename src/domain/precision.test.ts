import { expect, test } from 'vitest'
import { parsePrecisions, precisionsText } from './precision.ts'

test('one word is the precision of all sessions, and a session may have another one', () => {
  expect(parsePrecisions('q4', 'q8')).toEqual({ model: 'q4', vision_encoder: 'q4', audio_encoder: 'q4' })
  expect(parsePrecisions('vision_encoder=fp32, q4', 'q8')).toEqual({
    model: 'q4',
    vision_encoder: 'fp32',
    audio_encoder: 'q4',
  })
  expect(parsePrecisions('model=fp32', 'q8')).toMatchObject({ model: 'fp32', audio_encoder: 'q8' })
})

test.for(['q4', 'q8,vision_encoder=fp32', 'fp32,vision_encoder=q8,audio_encoder=q4'])(
  '%s is written as it is read',
  (text) => {
    expect(precisionsText(parsePrecisions(text, 'q8'))).toBe(text)
  },
)

test.for(['', 'fp16', 'q8=model', 'text=q8', 'model=', 'model=q8=q4', 'q8,'])(
  '%j is no precision',
  (text) => {
    expect(() => parsePrecisions(text, 'q8')).toThrow('expected one of fp32, q8, q4, or one for a session')
  },
)
