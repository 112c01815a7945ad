import { ASSET, ASSETS, CREATE_ASSET, DELETE_ASSET, USER_METADATA } from './cases/assets.ts'
import { CREATE } from './cases/create.ts'
import { EMBED } from './cases/embed.ts'
import { LIST } from './cases/list.ts'
import { RETRIEVE } from './cases/retrieve.ts'
import { CREATE_UPLOAD, UPLOAD_PARTS } from './cases/uploads.ts'
import type { Section } from './rule.ts'

/** Every rule of the contract that this server is held to: what docs/compat/twelvelabs.md is made of and what is tested. */
export const SECTIONS: readonly Section[] = [
  CREATE,
  RETRIEVE,
  LIST,
  EMBED,
  CREATE_ASSET,
  ASSET,
  ASSETS,
  DELETE_ASSET,
  USER_METADATA,
  CREATE_UPLOAD,
  UPLOAD_PARTS,
]
