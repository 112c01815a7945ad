import { chmod, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Check } from './check.ts'

/** Whoever reads the generated key may do everything: it is its owner's alone. Nothing to say where there is none. */
export async function checkAdminKey(dataFolder: string): Promise<Check[]> {
  const name = 'admin key'
  const path = join(dataFolder, 'admin.key')
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return []
  const rights = found.mode & 0o777
  if ((rights & 0o077) === 0) return [{ name, state: 'ok', message: `only its owner may read ${path}` }]
  return [
    {
      name,
      state: 'warn',
      message: `others may read ${path} (mode ${rights.toString(8)})`,
      advice: `chmod 600 ${path}; if somebody may have read it, delete it and start the server again.`,
      fix: { what: `chmod 600 ${path}`, run: () => chmod(path, 0o600) },
    },
  ]
}
