import { expect, test } from 'vitest'
import { cosine, entriesAt } from '../../../../test/support/vectors.ts'
import { runAtOnce } from '../turns.ts'
import { makeSoundEmbedder } from './soundVector.ts'

const soundSteps = makeSoundEmbedder()
const embed = (samples: Float32Array) => runAtOnce(soundSteps(samples))
const RATE_HZ = 16_000
const firstAxis = [1, ...Array.from({ length: 511 }, () => 0)]

const chirp = Float32Array.from({ length: 2 * RATE_HZ }, (_, i) => {
  const loudness = i % 4000 < 2000 ? 1 : 0.1
  return 0.5 * Math.sin((2 * Math.PI * (200 + 0.01 * i) * i) / RATE_HZ) * loudness
})

function noise(seconds: number, loudnessAt: (i: number) => number): Float32Array {
  let random = 1
  return Float32Array.from({ length: seconds * RATE_HZ }, (_, i) => {
    random = (Math.imul(random, 1664525) + 1013904223) | 0
    return (random / 2 ** 31) * loudnessAt(i)
  })
}

test.for([
  [
    'a chirp',
    chirp,
    [-0.012599, 0.065267, 0.055795, -0.033038, -0.013841, 0.068232, 0.041764, 0.048451, -0.035055, 0.071606],
  ],
  [
    'noise that fades',
    noise(1.5, (i) => (i < 12_000 ? 0.5 : 0.05)),
    [-0.061247, 0.029604, -0.016002, 0.007511, 0.022171, -0.050273, -0.1246, 0.008026, -0.009758, -0.033945],
  ],
  [
    'ten samples',
    new Float32Array(10).fill(0.1),
    [0.040798, 0.024785, 0.032072, -0.010721, 0.02767, 0.032232, 0.03076, 0.010038, 0.009739, 0.048521],
  ],
] as const)('the vector of %s is the published one', ([, samples, golden]) => {
  expect(entriesAt(embed(samples))).toEqual(golden.map((entry) => expect.closeTo(entry, 5)))
})

test.for([3, 0.1, 0.01])('the gain, here %f, does not matter', (gain) => {
  const louder = chirp.map((sample) => sample * gain)
  expect(cosine(embed(chirp), embed(louder))).toBeCloseTo(1, 6)
})

test('silence and nothing at all are the first axis', () => {
  expect([...embed(new Float32Array(RATE_HZ))]).toEqual(firstAxis)
  expect([...embed(new Float32Array(0))]).toEqual(firstAxis)
})

test.for([Number.NaN, Number.POSITIVE_INFINITY, 1e30])(
  'a damaged sample, %d, counts as silence',
  (damage) => {
    const damaged = chirp.with(5000, damage)
    expect([...embed(damaged)]).toEqual([...embed(chirp.with(5000, 0))])
  },
)

test('a long sound is embedded in many small steps, each of at most 64 frames', () => {
  const seconds = 30
  const frames = seconds * 100
  expect([...soundSteps(noise(seconds, () => 0.1))].length).toBeGreaterThan((10 * frames) / 64)
})
