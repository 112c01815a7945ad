import type { Steps } from '../turns.ts'
import { centreToUnit } from '../unitLength.ts'
import { overFrames } from './frames.ts'
import { TONES } from './spectrogram.ts'
import type { Spectrogram } from './spectrogram.ts'

/** Which of the twelve tones are heard: every frame counts alike, but frames 30 dB below the loud ones do not. */
export function* harmonyOf({ frames, tones }: Spectrogram, loudPower: number): Steps<Float64Array> {
  const heard = new Float64Array(TONES)
  yield* overFrames(frames, (frame) => {
    const start = frame * TONES
    let sum = 0
    for (let i = start; i < start + TONES; i++) sum += tones[i] ?? 0
    if (sum < loudPower * 1e-3) return
    for (let tone = 0; tone < TONES; tone++)
      heard[tone] = (heard[tone] ?? 0) + (tones[start + tone] ?? 0) / sum
  })
  return centreToUnit(heard)
}
