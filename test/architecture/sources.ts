import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Source {
  /** From the repository's root: `src/queue/claim.ts`. */
  path: string
  text: string
  /** Files of ours that it imports, as paths from the root. */
  imports: readonly string[]
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

// Formatted by Prettier, an import is one of these three: at the start of a line with its clause, without one, or a call.
const IMPORTS = [
  /^(?:import|export)\s(?:type\s)?[\w*{][^'"`;()]*?\sfrom\s'([^']+)'/gm,
  /^import\s'([^']+)'/gm,
  /\bimport\(\s*'([^']+)'/g,
]

/** Every source file of the server, without tests. */
export const readSources = (): Source[] =>
  readdirSync(`${ROOT}src`, { recursive: true, encoding: 'utf8' })
    .map((path) => `src/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .toSorted()
    .map((path) => toSource(path, readFileSync(`${ROOT}${path}`, 'utf8')))

export function toSource(path: string, text: string): Source {
  const specifiers = IMPORTS.flatMap((pattern) => [...text.matchAll(pattern)].map(([, from = '']) => from))
  const imports = specifiers
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => posix.join(posix.dirname(path), specifier))
  return { path, text, imports }
}

/** Blanks out comments, so that a word in an explanation is not taken for one in the code. */
export const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
