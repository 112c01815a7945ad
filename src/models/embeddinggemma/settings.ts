import type { SessionPrecisions } from '../../domain/precision.ts'

/** The budgets of soft tokens for a picture that the model was published with. */
export const TOKEN_BUDGETS = [70, 140, 280, 560, 1120] as const

export type TokenBudget = (typeof TOKEN_BUDGETS)[number]

/** What the operator decided of EmbeddingGemma 2: where it lies, and what it may cost. */
export interface GemmaSettings {
  /** Where models lie. */
  folder: string
  /** Of its repository; the files are those of this commit. */
  commit: string
  precisions: SessionPrecisions
  /** Of a still picture, and of each frame of a video. */
  imageTokens: TokenBudget
  frameTokens: TokenBudget
  secondsPerFrame: number
  /** Processor threads of one compute child. */
  threads: number
}
