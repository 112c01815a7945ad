import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

export const COMPOSE_FILE = fileURLToPath(new URL('../../deploy/compose.yaml', import.meta.url))

export interface ComposeService {
  image?: string
  command?: readonly string[]
  environment?: Readonly<Record<string, string>>
  healthcheck?: { test: readonly string[] }
  volumes?: readonly string[]
  depends_on?: Readonly<Record<string, unknown>>
  stop_grace_period?: string
}

export interface ComposeFile {
  services: Readonly<Record<string, ComposeService>>
  volumes: Readonly<Record<string, unknown>>
}

/**
 * The file as Compose reads it, with these variables. Throws, as Compose does, when one is missing that must be there.
 * Source of the syntax: the Compose specification, "Interpolation".
 */
export async function readComposeFile(variables: Readonly<Record<string, string>>): Promise<ComposeFile> {
  const text = await readFile(COMPOSE_FILE, 'utf8')
  return interpolated(parse(text, { merge: true }), variables) as ComposeFile
}

function interpolated(value: unknown, variables: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string')
    return value.replaceAll(
      /\$\{(\w+)(?::([-?])([^}]*))?\}/g,
      (_, name: string, operator: string | undefined, rest: string | undefined) => {
        const found = variables[name]
        if (found) return found
        if (operator === '?') throw new Error(rest)
        return operator === '-' ? (rest ?? '') : ''
      },
    )
  if (Array.isArray(value)) return value.map((each) => interpolated(each, variables))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, interpolated(each, variables)]),
  )
}
