import { expect, test } from 'vitest'
import { builtinFacts } from '../models/builtin/facts.ts'
import { countTokens } from '../models/countTokens.ts'
import type { Models } from './parts.ts'
import { tokensOf } from './tokensOf.ts'

const models: Models = {
  all: [],
  default: builtinFacts,
  resolve: () => undefined,
  facts: () => {
    throw new Error('nobody asks')
  },
  aliases: [],
  isOwnName: () => false,
  problem: () => undefined,
  countTokens,
  terms: () => ({}),
}
const bound = { most: 500, limit: 'textTokens' as const, what: 'The text', field: 'text' }

test('a text of as many tokens as are taken is counted, one more is refused', () => {
  expect(tokensOf({ models }, 'word '.repeat(500), bound)).toBe(500)
  expect(() => tokensOf({ models }, 'word '.repeat(501), bound)).toThrow(
    expect.objectContaining({ code: 'text_too_long', field: 'text' }),
  )
})

test('a huge text is refused without being read to its end', () => {
  const counted: number[] = []
  const counting = {
    models: {
      ...models,
      countTokens: (text: string, enough?: number) => {
        counted.push(text.length)
        return countTokens(text, enough)
      },
    },
  }
  for (const huge of ['a '.repeat(4_000_000), 'a'.repeat(8_000_000)])
    expect(() => tokensOf(counting, huge, bound)).toThrow('has more than the 500 tokens')
  expect(counted).toEqual([])
})
