import { ACCESS, TRANSPORT } from './cases/access.ts'
import { ASSET, ASSETS, CREATE_ASSET, DELETE_ASSET, USER_METADATA } from './cases/assets.ts'
import { CREATE } from './cases/create.ts'
import { EMBED } from './cases/embed.ts'
import { EMBED_V1, TASKS_V1 } from './cases/embedV1.ts'
import { IDEMPOTENCY } from './cases/idempotency.ts'
import { LIST } from './cases/list.ts'
import { MARENGO_35 } from './cases/marengo35.ts'
import { RETRIEVE } from './cases/retrieve.ts'
import { CREATE_UPLOAD, UPLOAD_PARTS } from './cases/uploads.ts'
import type { Section } from './rule.ts'

/** Every rule of the contract that this server is held to: what docs/compat/twelvelabs.md is made of and what is tested. */
export const SECTIONS: readonly Section[] = [
  CREATE,
  IDEMPOTENCY,
  RETRIEVE,
  LIST,
  MARENGO_35,
  EMBED,
  CREATE_ASSET,
  ASSET,
  ASSETS,
  DELETE_ASSET,
  USER_METADATA,
  CREATE_UPLOAD,
  UPLOAD_PARTS,
  TASKS_V1,
  EMBED_V1,
  ACCESS,
  TRANSPORT,
]
