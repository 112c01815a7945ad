import { ACCESS } from './cases/access.ts'
import { CANCEL_BATCH, CREATE_BATCH, LINES, LIST_BATCHES, RETRIEVE_BATCH } from './cases/batches.ts'
import { EMBEDDINGS } from './cases/embeddings.ts'
import { CONTENT, CREATE_FILE, DELETE_FILE, LIST_FILES, RETRIEVE_FILE } from './cases/files.ts'
import { MODEL, MODELS } from './cases/models.ts'
import type { Section } from './rule.ts'

/** Every rule of the contract that this server is held to: what docs/compat/openai.md is made of and what is tested. */
export const SECTIONS: readonly Section[] = [
  EMBEDDINGS,
  MODELS,
  MODEL,
  CREATE_FILE,
  LIST_FILES,
  RETRIEVE_FILE,
  CONTENT,
  DELETE_FILE,
  CREATE_BATCH,
  RETRIEVE_BATCH,
  LINES,
  LIST_BATCHES,
  CANCEL_BATCH,
  ACCESS,
]
