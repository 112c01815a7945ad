import type { EmbedlineError } from '../domain/errors.ts'
import type { EmbeddingModel, ModelFacts } from '../domain/model.ts'
import type { SessionPrecisions } from '../domain/precision.ts'

/** One model that this server can have. */
export interface Profile {
  facts: ModelFacts
  /** Why it cannot be used now, before anything of it is loaded: its files are not here, say. Asked often. */
  problem?: () => EmbedlineError | undefined
  /** Loads the code that embeds and the weights, which only the compute children need; whoever does so closes it. */
  open: (onProgress: LoadProgress) => Promise<EmbeddingModel>
}

/** Is told how much of a model is loaded, from 0 to 1. */
export type LoadProgress = (fraction: number) => void

/** The files of a model that was pulled. */
export interface WantedFiles {
  id: string
  commit: string
  precisions: SessionPrecisions
}

/** The folder with the files of a model. Quick. Throws `model_missing`, `model_damaged`. */
export type FindModelFiles = (folder: string, wanted: WantedFiles) => string
