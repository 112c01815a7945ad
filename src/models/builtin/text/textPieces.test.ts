import { expect, test } from 'vitest'
import { textPieces } from './textPieces.ts'

test('a short text is one piece', () => {
  expect([...textPieces('a b')]).toEqual(['a b'])
  expect([...textPieces('')]).toEqual([''])
})

test('pieces of a long text join to it and part no word', () => {
  const text = 'several words\nof　text '.repeat(5000)
  const pieces = [...textPieces(text)]
  expect(pieces.join('')).toBe(text)
  expect(pieces.length).toBeGreaterThan(5)
  for (const piece of pieces.slice(1)) expect(piece).toMatch(/^\s/)
})

test('a text without spaces is cut between whole characters', () => {
  const text = `x${'😀'.repeat(20_000)}`
  const pieces = [...textPieces(text)]
  expect(pieces.join('')).toBe(text)
  for (const piece of pieces) expect(piece.isWellFormed()).toBe(true)
})
