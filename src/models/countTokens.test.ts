import { expect, test } from 'vitest'
import { countTokens } from './countTokens.ts'

test.for([
  ['', 0],
  ['  \n', 0],
  ['A dog, two cats.', 6],
  ["don't stop", 2],
  ['the dogs’ tails', 4],
  ['3.14', 3],
  ['東京 天気。', 5],
  ['😀', 1],
] as const)('"%s" has %i tokens', ([text, tokens]) => {
  expect(countTokens(text)).toBe(tokens)
})

test('counting ends soon after it is enough', () => {
  expect(countTokens('word '.repeat(100_000), 500)).toBe(501)
})

test.for(["a'", '漢', 'é'])('a text that is one endless run of "%s" is counted', (part) => {
  expect(countTokens(part.repeat(5_000_000), 500)).toBeGreaterThan(0)
})
