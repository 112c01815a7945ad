import { existsSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** How Embedline came to be on this machine. */
export interface Installation {
  /** A clone of the repository, or the npm package: in a folder's `node_modules`, or among npm's global ones. */
  kind: 'clone' | 'local' | 'global'
  /** The root of the clone, the folder whose `node_modules` it is, or npm's global prefix. */
  folder: string
}

/** Exported for the tests: what lies at a folder with Embedline's `package.json`. */
export function installationAt(root: string): Installation {
  if (existsSync(join(root, 'src'))) return { kind: 'clone', folder: root }
  const [folder = root, inside] = root.split(`${sep}node_modules${sep}`)
  const isGlobal =
    inside !== undefined && basename(folder) === 'lib' && !existsSync(join(folder, 'package.json'))
  return isGlobal ? { kind: 'global', folder: dirname(folder) } : { kind: 'local', folder }
}

/** The installation that this code is part of. */
export const installation = (): Installation =>
  installationAt(dirname(dirname(dirname(fileURLToPath(import.meta.url)))))

const CALLS = { clone: 'bin/embedline', local: 'npx embedline', global: 'embedline' } as const

/** What a user types to start Embedline's command line from there. */
export const callOf = ({ kind }: Installation): string => CALLS[kind]
