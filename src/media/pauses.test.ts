import { expect, test } from 'vitest'
import { pausesMs } from './pauses.ts'

const RATE = 8_000

/** Noise with these levels, each for so many seconds. */
function sound(...stretches: readonly [sec: number, level: number][]): Float32Array {
  let state = 1
  return Float32Array.from(
    stretches.flatMap(([sec, level]) =>
      Array.from({ length: sec * RATE }, () => {
        state = (state * 16_807) % 2_147_483_647
        return (state / 2_147_483_647 - 0.5) * level
      }),
    ),
  )
}

test('a pause is where nothing is said for a third of a second', () => {
  const spoken = sound([3, 0.5], [0.6, 0.002], [3, 0.4], [0.1, 0.002], [2, 0.5], [0.5, 0.01], [4, 0.5])
  expect(pausesMs(spoken, RATE, 60_000)).toEqual([63_300, 68_950])
})

test('how loud all of it is makes no difference', () => {
  const loud = sound([3, 0.5], [0.6, 0.002], [3, 0.4])
  const low = loud.map((sample) => sample / 20)
  expect(pausesMs(low, RATE, 0)).toEqual(pausesMs(loud, RATE, 0))
})

test('silence, its beginning and end, and an even sound have no pauses', () => {
  expect(pausesMs(sound([5, 0]), RATE, 0)).toEqual([])
  expect(pausesMs(sound([1, 0], [5, 0.5], [1, 0]), RATE, 0)).toEqual([])
  expect(pausesMs(sound([5, 0.3]), RATE, 0)).toEqual([])
  expect(pausesMs(new Float32Array(), RATE, 0)).toEqual([])
})
