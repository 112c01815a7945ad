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
}

/** The model without weights alone, under no other name. */
export const BUILTIN_ONLY: ModelSettings = { defaultModel: 'builtin', contractNames: [], aliases: {} }
