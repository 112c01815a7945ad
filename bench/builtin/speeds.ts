import { inputOf, type EmbeddingModel, type Picture } from '../../src/domain/model.ts'
import type { Goal } from './goals.ts'

const ROUNDS = 5

/**
 * The processor time of this thread for one of `count` pieces of work, in milliseconds: in the quickest of a few
 * rounds, because the others were disturbed.
 */
async function timeOfOne(count: number, work: () => Promise<unknown>): Promise<number> {
  let quickestMs = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.threadCpuUsage()
    await work()
    const { user, system } = process.threadCpuUsage(start)
    quickestMs = Math.min(quickestMs, (user + system) / 1000)
  }
  return quickestMs / count
}

export async function textSpeed(model: EmbeddingModel, text: string): Promise<Goal> {
  const chunks = Array.from({ length: 1000 }, (_, i) => text.slice(1024 * i, 1024 * (i + 1))).filter(
    (chunk) => chunk.length === 1024,
  )
  const ms = await timeOfOne(chunks.length, () => model.text(chunks, 'document'))
  return {
    name: 'text: time of a chunk of 1,024 characters',
    measured: 1000 * ms,
    must: 400,
    should: 160,
    unit: 'µs',
  }
}

export async function pictureSpeed(model: EmbeddingModel, pictures: readonly Picture[]): Promise<Goal> {
  const ms = await timeOfOne(pictures.length, async () => {
    for (const picture of pictures) await model.image(picture)
  })
  return { name: 'images: time of a picture', measured: ms, must: 15, should: 6, unit: 'ms' }
}

export async function soundSpeed(model: EmbeddingModel, sound: Float32Array): Promise<Goal> {
  const ms = await timeOfOne(sound.length / inputOf(model.facts).sampleRateHz, () => model.audio(sound))
  return { name: 'audio: time of a second of sound', measured: ms, must: 10, should: 4, unit: 'ms' }
}

/**
 * How long others wait while long inputs of every kind are embedded at once: the processor time of this thread from
 * one round of the event loop to the next.
 */
export async function longestHold(
  model: EmbeddingModel,
  text: string,
  picture: Picture,
  sound: Float32Array,
): Promise<Goal> {
  const clip = Array.from({ length: 100 }, () => picture)
  const negative = sound.map((sample) => -sample)
  const rounds = measureRounds()
  await Promise.all([
    model.text([text], 'document'),
    model.video(clip),
    model.audio(sound),
    model.audio(negative),
  ])
  const holdsMs = rounds.stop().sort((a, b) => a - b)
  return {
    name: 'turns: how long the event loop is held, 99th percentile',
    measured: holdsMs[Math.floor(holdsMs.length * 0.99)] ?? 0,
    must: 20,
    should: 10,
    unit: 'ms',
  }
}

function measureRounds(): { stop: () => number[] } {
  const holdsMs: number[] = []
  let last = process.threadCpuUsage()
  const round = () => {
    const { user, system } = process.threadCpuUsage(last)
    holdsMs.push((user + system) / 1000)
    last = process.threadCpuUsage()
    immediate = setImmediate(round)
  }
  let immediate = setImmediate(round)
  return {
    stop: () => {
      clearImmediate(immediate)
      return holdsMs
    },
  }
}
