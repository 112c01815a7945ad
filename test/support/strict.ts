import { afterEach, beforeEach } from 'vitest'

// An unexpected console.error or console.warn fails the test that caused it.
let printed: string[] = []
const keep =
  (level: string) =>
  (...words: unknown[]) => {
    printed.push(`${level}: ${words.map(String).join(' ')}`)
  }

beforeEach(() => {
  printed = []
  console.error = keep('console.error')
  console.warn = keep('console.warn')
})

afterEach(() => {
  if (printed.length > 0) throw new Error(`printed unexpectedly:\n${printed.join('\n')}`)
})
