import { ACCESS, TRANSPORT } from './cases/access.ts'
import { ASSET, ASSETS } from './cases/assets.ts'
import { DELETE_ASSET, USER_METADATA } from './cases/changeAsset.ts'
import { CREATE } from './cases/create.ts'
import { CREATE_ASSET } from './cases/createAsset.ts'
import { CREATE_UPLOAD } from './cases/createUpload.ts'
import { DOCUMENTS } from './cases/documents.ts'
import { EMBED } from './cases/embed.ts'
import { EMBED_V1 } from './cases/embedV1.ts'
import { IDEMPOTENCY } from './cases/idempotency.ts'
import { LIST } from './cases/list.ts'
import { MARENGO_35 } from './cases/marengo35.ts'
import { MULTI_INPUT } from './cases/multiInput.ts'
import { RATE_LIMITS } from './cases/rateLimits.ts'
import { RETRIEVE } from './cases/retrieve.ts'
import { TASKS_V1 } from './cases/tasksV1.ts'
import { TRANSCRIPTION } from './cases/transcription.ts'
import { UPLOAD_PARTS } from './cases/uploadParts.ts'
import type { Section } from './rule.ts'

/** Every rule of the contract that this server is held to: what docs/compat/twelvelabs.md is made of and what is tested. */
export const SECTIONS: readonly Section[] = [
  CREATE,
  IDEMPOTENCY,
  RETRIEVE,
  LIST,
  MARENGO_35,
  DOCUMENTS,
  EMBED,
  MULTI_INPUT,
  CREATE_ASSET,
  ASSET,
  ASSETS,
  DELETE_ASSET,
  USER_METADATA,
  TRANSCRIPTION,
  CREATE_UPLOAD,
  UPLOAD_PARTS,
  TASKS_V1,
  EMBED_V1,
  ACCESS,
  RATE_LIMITS,
  TRANSPORT,
]
