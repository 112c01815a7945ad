import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fittedSize, isFitted } from './fittedSize.ts'
import { TOKEN_BUDGETS } from './settings.ts'

test.for([
  [4000, 3000, 280, 912, 672],
  [320, 240, 280, 912, 672],
  [1920, 1080, 280, 1056, 576],
  [100, 100, 280, 768, 768],
  [1280, 720, 70, 528, 288],
  [640, 480, 70, 432, 336],
  [10_000, 10, 70, 3360, 48],
  [10, 10_000, 70, 48, 3360],
  [1, 1, 70, 384, 384],
] as const)('%d x %d in %d tokens becomes %d x %d', ([width, height, tokens, fittedWidth, fittedHeight]) => {
  expect(fittedSize({ width, height }, tokens)).toEqual({ width: fittedWidth, height: fittedHeight })
})

test('every picture fits its budget', () => {
  const side = fc.integer({ min: 1, max: 20_000 })
  fc.assert(
    fc.property(side, side, fc.constantFrom(...TOKEN_BUDGETS), (width, height, tokens) =>
      isFitted(fittedSize({ width, height }, tokens), tokens),
    ),
  )
})
