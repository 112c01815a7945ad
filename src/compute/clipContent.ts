import type { Picture } from '../domain/model.ts'

/** What one clip is made of, as far as it was asked for and the clip has it. */
export interface ClipContent {
  /** Pictures of the model's size, in order; at least one. */
  frames?: readonly Picture[]
  /** Mono at the model's rate. */
  samples?: Float32Array
  text?: string
  /** Frames that are compared with each other, of the same size; at least one. */
  windows?: readonly Picture[]
  /** Words that belong to its time: they are part of its fused vector alone. */
  notes?: string
}
