/** What the model takes at once, all kinds of input together. The files name other limits, and the library none. */
export const CONTEXT_TOKENS = 8192

export const SAMPLE_RATE_HZ = 16_000

/** The library cuts longer sound off without a word. */
export const LONGEST_SOUND_SEC = 30

const MOST_FRAMES = 32
const SOUND_TOKENS_PER_SEC = 25
/** Each picture, frame and sound stands between two markers. */
const MARKERS = 2
/** Left to the words of a clip beside its frames and its sound; what is said in 30 s has about 150. */
const WORDS_TOKENS = 1024

/** The most frames of this budget that leave room for 30 s of sound and for the words of a clip; at most 32. */
export function mostFrames(frameTokens: number): number {
  const soundTokens = LONGEST_SOUND_SEC * SOUND_TOKENS_PER_SEC + MARKERS
  const room = CONTEXT_TOKENS - WORDS_TOKENS - soundTokens
  return Math.min(MOST_FRAMES, Math.floor(room / (frameTokens + MARKERS)))
}
