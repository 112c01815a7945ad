import { ffmpegOutput } from './ffmpeg.ts'

export const RATE_HZ = 16_000

export interface Sound {
  /** Sounds of one speaker or recording are the same source. */
  source: string
  isSpeech: boolean
  samples: Float32Array
}

/** A recording and the parts of it, in seconds, that are used as sounds. */
export interface Recording {
  file: string
  source: string
  isSpeech: boolean
  parts: readonly (readonly [startSec: number, endSec: number])[]
}

// ffmpeg's own generators.
const GENERATED = [
  'sine=frequency=440',
  "aevalsrc='0.2*sin(2*PI*262*t)+0.2*sin(2*PI*330*t)+0.2*sin(2*PI*392*t)'",
  "aevalsrc='0.4*sin(2*PI*(200+200*t)*t)'",
  "aevalsrc='0.4*sin(2*PI*300*t)*(0.5+0.5*sin(2*PI*5*t))'",
  "aevalsrc='0.4*sin(2*PI*600*t+8*sin(2*PI*6*t))'",
  "aevalsrc='0.4*sin(2*PI*220*pow(2,mod(floor(3*t)*7,12)/12)*t)*exp(-4*mod(t,1/3))'",
  "aevalsrc='if(lt(mod(t,0.25),0.01),0.8*random(0),0)'",
  "aevalsrc='0.5*(2*mod(110*t,1)-1)'",
  "aevalsrc='(random(0)-0.5)*exp(-9*mod(t,0.5))'",
  'anoisesrc=color=white:amplitude=0.3:seed=1',
  'anoisesrc=color=pink:amplitude=0.3:seed=2',
  'anoisesrc=color=brown:amplitude=0.3:seed=3,tremolo=f=0.7:d=0.8',
]
const GENERATED_SEC = 4

/** Cuts the recordings and adds a dozen generated sounds. */
export async function makeSounds(recordings: readonly Recording[]): Promise<Sound[]> {
  const sounds: Sound[] = []
  for (const { file, source, isSpeech, parts } of recordings) {
    const samples = await decodeSound(['-i', file])
    for (const [startSec, endSec] of parts)
      sounds.push({ source, isSpeech, samples: samples.slice(startSec * RATE_HZ, endSec * RATE_HZ) })
  }
  for (const generator of GENERATED) {
    const samples = await decodeSound(['-f', 'lavfi', '-t', String(GENERATED_SEC), '-i', generator])
    sounds.push({ source: generator, isSpeech: false, samples })
  }
  return sounds
}

const RAW = ['-ac', '1', '-ar', String(RATE_HZ), '-f', 'f32le']

/** Mono samples at 16 kHz. */
export async function decodeSound(input: readonly string[], encoded?: Uint8Array): Promise<Float32Array> {
  const bytes = await ffmpegOutput([...input, '-vn', ...RAW], encoded)
  const samples = new Float32Array(Math.floor(bytes.length / 4))
  for (let i = 0; i < samples.length; i++) samples[i] = bytes.readFloatLE(4 * i)
  return samples
}

/** Encodes the samples with these options of ffmpeg, and decodes them again. */
export async function throughCodec(
  samples: Float32Array,
  encoding: readonly string[],
): Promise<Float32Array> {
  const raw = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
  return decodeSound(['-i', 'pipe:0'], await ffmpegOutput([...RAW, '-i', 'pipe:0', ...encoding], raw))
}
