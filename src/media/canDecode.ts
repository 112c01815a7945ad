import type { AudioFacts, VideoFacts } from '../domain/media.ts'
import { decodeFrames } from './frames.ts'
import type { ReadOptions } from './input.ts'
import { decodeSound } from './sound.ts'
import type { Tools } from './tools.ts'

// Enough to see that a decoder gives anything.
const SIZE = { width: 16, height: 16 }
const RATE_HZ = 8_000
const SOUND = { startMs: 0, endMs: 1_000 }

/** Reads a video track until the first picture comes out of it. */
export async function canDecodeVideo(
  tools: Tools,
  file: string,
  video: VideoFacts,
  options: ReadOptions,
): Promise<boolean> {
  const decoder = decodeFrames(tools, file, video, { fromMs: 0, seeks: false }, SIZE, options)
  try {
    return (await decoder.next()) !== undefined
  } finally {
    await decoder.close()
  }
}

/** Reads an audio track until the first sound comes out of it. */
export async function canDecodeAudio(
  tools: Tools,
  file: string,
  audio: AudioFacts,
  options: ReadOptions,
): Promise<boolean> {
  const plan = { fromMs: 0, seeks: false, sampleRateHz: RATE_HZ }
  const decoder = decodeSound(tools, file, audio, plan, options)
  try {
    return (await decoder.take(SOUND)).endedAtMs !== SOUND.startMs
  } finally {
    await decoder.close()
  }
}
