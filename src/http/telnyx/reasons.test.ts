import { expect, test } from 'vitest'
import { Files } from './answers.ts'
import { REASONS, reasonOf } from './reasons.ts'

test('a failure that no file can have is told as a mistake of the server', () => {
  expect(reasonOf('no_text')).toBe('no_text')
  expect(reasonOf('unauthorized')).toBe('internal')
})

test('the description allows the words of the list and no others', () => {
  const file = { filename: 'a', status: 'failure', created_at: '', size_bytes: 1, chunks: 0 }
  const isTaken = (reason: string) => Files.safeParse({ data: [{ ...file, error_reason: reason }] }).success
  expect([...REASONS.keys()].every(isTaken)).toBe(true)
  expect(isTaken('unauthorized')).toBe(false)
})
