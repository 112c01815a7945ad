/** What a compute process was busy with for a call, all of one kind together. */
export interface Timing {
  /** `load` a model, `decode` media, run a `model`. */
  what: 'load' | 'decode' | 'model'
  /** The model's id; the track, `video` or `audio`; what was embedded, `text`, `image`, `video`, `audio` or `fused`. */
  of: string
  /** From the first to the last, milliseconds since 1970. */
  startMs: number
  endMs: number
  /** Less than the time between, where other things were done meanwhile. */
  busyMs: number
  /** How many were embedded. */
  units: number
  /** How much media was decoded. */
  mediaSec: number
}

/** Is told, while a call goes on and at its end, what its process was busy with since it was told last. */
export type TakeTimings = (timings: readonly Timing[]) => void
