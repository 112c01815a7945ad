// Speech pauses between sentences for a third of a second or longer, and rooms and microphones are never silent: what
// counts is how far a step lies below what is usually heard. Not measured on labelled recordings.
const STEP_MS = 50
const SHORTEST_STEPS = 6
const BELOW_DB = 15
/** Below this nothing is heard, however quiet the rest is. */
const SILENCE_DB = -60

/**
 * Where a sound pauses: the middles of stretches of at least 0.3 s that are 15 dB quieter than the louder half of it,
 * milliseconds from the start of the file, ascending.
 */
export function pausesMs(samples: Float32Array, sampleRateHz: number, startMs: number): number[] {
  const levels = levelsDb(samples, Math.round((STEP_MS / 1000) * sampleRateHz))
  const quiet = Math.max(SILENCE_DB, upperQuartile(levels) - BELOW_DB)
  const pauses: number[] = []
  let begin: number | undefined
  // Past the end it is loud: a pause that lasts to the end divides nothing.
  for (let step = 0; step < levels.length; step++) {
    const isQuiet = (levels[step] ?? 0) < quiet
    if (isQuiet) begin ??= step
    else {
      if (begin !== undefined && begin > 0 && step - begin >= SHORTEST_STEPS)
        pauses.push(startMs + Math.round(((begin + step) / 2) * STEP_MS))
      begin = undefined
    }
  }
  return pauses
}

/** The loudness of each step, dB below full scale; what is left at the end is left out. */
function levelsDb(samples: Float32Array, stepSamples: number): Float64Array {
  const levels = new Float64Array(Math.floor(samples.length / stepSamples))
  for (let step = 0; step < levels.length; step++) {
    let squares = 0
    for (let at = step * stepSamples; at < (step + 1) * stepSamples; at++) squares += (samples[at] ?? 0) ** 2
    levels[step] = 10 * Math.log10(squares / stepSamples + 1e-12)
  }
  return levels
}

const upperQuartile = (levels: Float64Array): number =>
  levels.toSorted()[Math.floor(levels.length * 0.75)] ?? SILENCE_DB
