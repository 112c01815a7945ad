import type { EmbeddingModel } from '../../src/domain/model.ts'
import { makeChance } from './chance.ts'
import type { Goal } from './goals.ts'
import { areaUnderCurve, cosine, mean, recognise } from './similarity.ts'
import type { Labelled, Recognition } from './similarity.ts'
import { RATE_HZ, throughCodec } from './sounds.ts'
import type { Sound } from './sounds.ts'

/** What is looked for, and what it is looked for among. */
interface Distorted {
  original: Float32Array
  changed: Float32Array
}

type Distortion = (samples: Float32Array) => Distorted | Promise<Distorted>

const changedBy =
  (change: (samples: Float32Array) => Float32Array | Promise<Float32Array>): Distortion =>
  async (samples) => ({ original: samples, changed: await change(samples) })

const louder = (decibels: number) =>
  changedBy((samples) => samples.map((sample) => sample * 10 ** (decibels / 20)))

const withNoise = (signalToNoiseDb: number) =>
  changedBy((samples) => {
    const chance = makeChance(samples.length)
    const level = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length)
    // Evenly spread between -1 and 1, noise has a third of the power of a square wave.
    const amplitude = level * Math.sqrt(3) * 10 ** (-signalToNoiseDb / 20)
    return samples.map((sample) => sample + amplitude * (2 * chance() - 1))
  })

const encoded = (...encoding: string[]) => changedBy((samples) => throughCodec(samples, encoding))

/** Distortions that need no other program. */
export const PLAIN_DISTORTIONS: Readonly<Record<string, Distortion>> = {
  '10 dB louder': louder(10),
  '20 dB softer': louder(-20),
  'white noise 20 dB below': withNoise(20),
  'white noise 10 dB below': withNoise(10),
  'begun 0.37 s later': changedBy((samples) => samples.subarray(0.37 * RATE_HZ)),
  'second half against first': (samples) => ({
    original: samples.subarray(0, samples.length / 2),
    changed: samples.subarray(samples.length / 2),
  }),
}

export const DISTORTIONS: Readonly<Record<string, Distortion>> = {
  ...PLAIN_DISTORTIONS,
  'MP3 64 kbit/s': encoded('-c:a', 'libmp3lame', '-b:a', '64k', '-f', 'mp3'),
  'Opus 24 kbit/s': encoded('-c:a', 'libopus', '-b:a', '24k', '-f', 'ogg'),
  'telephone, 8 kHz': encoded(
    '-af',
    'highpass=f=300,lowpass=f=3400',
    '-ar',
    '8000',
    '-c:a',
    'pcm_mulaw',
    '-f',
    'wav',
  ),
}

export interface SoundResult extends Recognition {
  distortion: string
}

/** How well the model knows distorted sounds again. */
export async function recogniseSounds(
  model: EmbeddingModel,
  sounds: readonly Sound[],
  distortions: Readonly<Record<string, Distortion>> = DISTORTIONS,
): Promise<SoundResult[]> {
  const results: SoundResult[] = []
  for (const [distortion, distort] of Object.entries(distortions)) {
    const originals: Labelled[] = []
    const vectors: Float32Array[] = []
    for (const { source, samples } of sounds) {
      const { original, changed } = await distort(samples)
      originals.push({ source, vector: await model.audio(original) })
      vectors.push(await model.audio(changed))
    }
    results.push({ distortion, ...recognise(originals, vectors) })
  }
  return results
}

/**
 * Whether speech of one speaker is nearer to speech of others than to what is no speech: for every speech sound its
 * similarities to speech of other sources against those to the rest.
 */
export async function speechArea(model: EmbeddingModel, sounds: readonly Sound[]): Promise<number> {
  const vectors: Float32Array[] = []
  for (const { samples } of sounds) vectors.push(await model.audio(samples))
  const [toSpeech, toRest]: [number[], number[]] = [[], []]
  for (const [i, one] of sounds.entries()) {
    if (!one.isSpeech) continue
    for (const [j, other] of sounds.entries()) {
      const similarity = cosine(vectors[i] ?? new Float32Array(0), vectors[j] ?? new Float32Array(0))
      if (!other.isSpeech) toRest.push(similarity)
      else if (other.source !== one.source) toSpeech.push(similarity)
    }
  }
  return areaUnderCurve(toSpeech, toRest)
}

export function soundGoals(results: readonly SoundResult[], sounds: number, speech: number): Goal[] {
  const name = `audio: ${sounds} sounds, ${results.length} distortions`
  return [
    {
      name: `${name}, by source`,
      measured: mean(results.map(({ recall }) => recall)),
      must: 0.95,
      should: 0.974,
    },
    {
      name: `${name}, margin`,
      measured: mean(results.map(({ margin }) => margin)),
      must: 0.27,
      should: 0.298,
    },
    {
      name: 'audio: speech against the rest, area under the curve',
      measured: speech,
      must: 0.9,
      should: 0.928,
    },
  ]
}
