import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { EmbedlineError } from '../domain/errors.ts'

/** The file that is in a data folder while a backup is restored into it. */
export const RESTORING = 'restoring'

/** Throws `storage_unavailable` for a data folder that is only partly restored. */
export function refuseHalfRestored(folder: string): void {
  if (!existsSync(join(folder, RESTORING))) return
  throw new EmbedlineError(
    'storage_unavailable',
    `the data folder ${folder} is only partly restored: run embedline restore again`,
  )
}
