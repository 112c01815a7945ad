import type { GemmaSettings } from './embeddinggemma/settings.ts'

/** What the operator decided of models. Plain data, the same in the server and in its compute children. */
export interface ModelSettings {
  /** The id of the model that is used when nothing else is said. */
  defaultModel: string
  /** Names of other people's models that clients send; each means the default model unless `aliases` says otherwise. */
  contractNames: readonly string[]
  /** Names that the operator maps, each to the id of a model. */
  aliases: Readonly<Record<string, string>>
  /** Absent: there is no such model. */
  gemma?: GemmaSettings
  /** What is known of the model of another server; neither where that is nor its key. Absent: there is none. */
  remote?: RemoteModel
}

export interface RemoteModel {
  /** As its server calls it. */
  model: string
  /** Numbers of its vectors. */
  dimension: number
  /** Stands before each document, so that its vectors are others without it. */
  documentPrefix: string
}

/** The model without weights alone, under no other name. */
export const BUILTIN_ONLY: ModelSettings = { defaultModel: 'builtin', contractNames: [], aliases: {} }
