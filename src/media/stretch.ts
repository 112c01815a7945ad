/** A stretch of time in a file: milliseconds from its start; the end does not belong to it. */
export interface Stretch {
  startMs: number
  endMs: number
}

/** Where decoding begins. */
export interface Start {
  fromMs: number
  /** True: jump to the keyframe before. False: read the file from its beginning. */
  seeks: boolean
}

export const toSeconds = (milliseconds: number): number => milliseconds / 1000

/**
 * Arguments before `-i` that jump to a place from which everything after `fromMs` can be decoded, and make all times
 * count from the start of the file, however the jump went.
 */
export function seekArguments({ fromMs, seeks }: Start, marginMs: number): string[] {
  if (!seeks) return []
  const toMs = Math.max(0, fromMs - marginMs)
  return [
    // Times of the container minus its own start; the caller cuts by them, so the jump itself may land early.
    ['-copyts', '-start_at_zero', '-noaccurate_seek'],
    toMs > 0 ? ['-ss', String(toSeconds(toMs))] : [],
  ].flat()
}
