import { expect, test } from 'vitest'
import { clipText } from './clipText.ts'

const segment = { startMs: 6_000, endMs: 12_000 }

test('a line is said in the clip in which its middle lies', () => {
  const cues = [
    { startSec: 4, endSec: 7, text: 'before' },
    { startSec: 5, endSec: 8, text: 'first' },
    { startSec: 11, endSec: 12.5, text: 'last' },
    { startSec: 11, endSec: 13, text: 'after' },
  ]
  expect(clipText(cues, segment)).toEqual({ text: 'first last' })
})

test('of subtitles that nobody can have said the beginning counts, and that is told', () => {
  const cues = Array.from({ length: 1000 }, () => ({ startSec: 7, endSec: 8, text: 'word '.repeat(20) }))
  const { text, warning } = clipText(cues, segment)
  expect(text).toHaveLength(10_000)
  expect(warning).toMatchObject({ code: 'text_shortened', option: 'transcription', startSec: 6, endSec: 12 })
})

test('what a model cannot take whole is shortened until it can', () => {
  const cues = [{ startSec: 7, endSec: 8, text: 'w'.repeat(400) }]
  const { text, warning } = clipText(cues, segment, { fits: (part) => part.length <= 100 })
  expect(text).toHaveLength(100)
  expect(warning?.message).toContain('have 400 characters; the first 100 are embedded')
})
