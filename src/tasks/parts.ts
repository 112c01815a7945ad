import type { Objects } from '../objects/objects.ts'
import type { EncodedEmbedding } from '../domain/embedding.ts'
import type { Ids } from '../domain/ids.ts'
import type { Limits } from '../domain/limits.ts'
import type { ModelFacts } from '../domain/model.ts'
import type { Db } from '../domain/tables.ts'
import type { Compute, ModelPin } from '../domain/work.ts'
import type { Clock } from '../lib/clock.ts'
import type { KeyedMutex } from '../lib/keyedMutex.ts'
import type { Logger } from '../lib/logger.ts'

/** All that the verbs of this room need; `main.ts` puts it together, a test may put in fewer real parts. */
export interface TaskParts {
  store: Store
  results: Results
  objects: Objects
  /** Serialises what happens to the same stored bytes; keys are made by `storedBytes.ts`. */
  bytesMutex: KeyedMutex
  compute: Compute
  models: Models
  clock: Clock
  ids: Ids
  limits: Limits
  logger: Logger
  /** How long tasks and their vectors are kept after creation. */
  retentionMs: number
  /** A number from 0 up to 1, for the jitter of backoffs. */
  random: () => number
  /** Tells the dispatcher that there may be something to claim. */
  wake: () => void
}

export interface Store {
  /** Sees what is committed. */
  read: Db
  /** Runs `change` in a transaction and returns when it is committed durably. */
  write<T>(change: (db: Db) => Promise<T>): Promise<T>
}

export interface Results {
  /** The vectors of a task in reading order, in pages of about a megabyte, read and written as JSON off the main thread. */
  embeddings(taskId: string): AsyncIterable<readonly EncodedEmbedding[]>
}

export interface Models {
  /** Which model a name means: a contract's alias or an own id. Undefined: no such model. */
  resolve(name: string): ModelFacts | undefined
  /** The facts of a pinned model. Throws `model_unknown` when it is not here any more. */
  facts(pin: ModelPin): ModelFacts
  /** How many tokens a text has, as the limit on text counts them. */
  countTokens(text: string): number
}
