import { expect, test } from 'vitest'
import { samePrecision } from '../../domain/precision.ts'
import { CONTEXT_TOKENS, mostFrames } from './context.ts'
import { gemmaFacts } from './facts.ts'
import { type GemmaSettings, TOKEN_BUDGETS } from './settings.ts'

const settings: GemmaSettings = {
  folder: '/models',
  commit: 'daa72c51243991dfcaf9f9137d2c573d8f7790c0',
  precisions: { model: 'q4', vision_encoder: 'q8', audio_encoder: 'fp32' },
  imageTokens: 280,
  frameTokens: 70,
  secondsPerFrame: 2,
  threads: 2,
}

test('the facts name the revision, the precision of each part, and one space for all kinds', () => {
  const { revision, precision, spaces } = gemmaFacts(settings)
  expect(revision).toBe('daa72c512439')
  expect(precision).toBe('q4 text, q8 vision, fp32 audio')
  expect(new Set(Object.values(spaces).map(({ space }) => space)).size).toBe(1)
  const q8 = { model: 'q8', vision_encoder: 'q8', audio_encoder: 'q8' } as const
  expect(gemmaFacts({ ...settings, precisions: q8 }).precision).toBe('q8')
})

test('a clip has a frame every so many seconds, at least one, and no more than fit', () => {
  const frames = (clipSec: number, over: Partial<GemmaSettings> = {}) =>
    gemmaFacts({ ...settings, ...over }).input!.framesOf(clipSec)
  expect([0.1, 2, 5, 10, 60, 120].map((clipSec) => frames(clipSec))).toEqual([1, 1, 3, 5, 30, 32])
  expect(frames(10, { secondsPerFrame: 0.5 })).toBe(20)
  expect(frames(60, { frameTokens: 1120 })).toBe(5)
})

test('the frames of a clip, half a minute of sound and its words are never more than the model takes', () => {
  for (const budget of TOKEN_BUDGETS) {
    const mediaTokens = mostFrames(budget) * (budget + 2) + 30 * 25 + 2
    expect(mediaTokens + 1000).toBeLessThan(CONTEXT_TOKENS)
  }
})

test('a run may take longer with finer pictures and shorter with more threads', () => {
  const longest = (over: Partial<GemmaSettings>) => gemmaFacts({ ...settings, ...over }).longestRunSec ?? 0
  expect(longest({ imageTokens: 1120 })).toBeGreaterThan(longest({}))
  expect(longest({ threads: 8 })).toBeLessThan(longest({}))
})

test('what a process must be able to hold follows from the precision of each part', () => {
  const least = (precision: 'fp32' | 'q8' | 'q4') =>
    gemmaFacts({ ...settings, precisions: samePrecision(precision) }).leastMemoryBytes
  expect([least('q4'), least('q8'), least('fp32')].map((bytes) => (bytes! / 1e9).toFixed(1))).toEqual([
    '1.0',
    '1.2',
    '3.0',
  ])
})
