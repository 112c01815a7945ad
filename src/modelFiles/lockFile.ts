import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EmbedlineError } from '../domain/errors.ts'
import { writeDurably } from './durable.ts'

/** What a file was when it was first pulled, and must be from then on. */
export interface Pin {
  sizeBytes: number
  /** Hex. */
  sha256: string
  /** Who said so: the host of the hub, or `folder`. */
  origin: string
}

export interface PinnedModel {
  repository: string
  files: Readonly<Record<string, Pin>>
}

/** `id@commit` → what is pinned of it. */
export type Pins = Readonly<Record<string, PinnedModel>>

export interface ModelVersion {
  id: string
  commit: string
}

export const LOCK_FILE = 'models.lock.json'

export const versionKey = ({ id, commit }: ModelVersion): string => `${id}@${commit}`

/** What is pinned in a models folder. Throws `model_damaged` when the lock file cannot be understood. */
export function readPins(folder: string): Pins {
  const path = join(folder, LOCK_FILE)
  try {
    return parseLock(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return {}
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new EmbedlineError(
      'model_damaged',
      `The lock file ${LOCK_FILE} of the models folder cannot be read (${reason}): bring it back, or remove it to pin what is pulled next.`,
      { cause },
    )
  }
}

/** The file changes as a whole, or not at all. Only who holds the folder may write it. */
export const writePins = (folder: string, pins: Pins): Promise<void> =>
  writeDurably(join(folder, LOCK_FILE), `${JSON.stringify({ version: 1, models: pins }, undefined, 2)}\n`)

// By hand, because this is read at each create and a schema library takes longer to load than all of it.
function parseLock(lock: unknown): Pins {
  if (!isRecord(lock) || lock['version'] !== 1 || !isRecord(lock['models']))
    throw new Error('expected {"version": 1, "models": {…}}')
  for (const [key, model] of Object.entries(lock['models'])) {
    if (!isRecord(model) || typeof model['repository'] !== 'string' || !isRecord(model['files']))
      throw new Error(`expected a repository and files in ${key}`)
    for (const [name, pin] of Object.entries(model['files']))
      if (!isPin(pin)) throw new Error(`expected size, SHA-256 and origin of ${name} in ${key}`)
  }
  return lock['models'] as Pins
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isPin = (value: unknown): value is Pin =>
  isRecord(value) &&
  Number.isSafeInteger(value['sizeBytes']) &&
  /^[0-9a-f]{64}$/.test(String(value['sha256'])) &&
  typeof value['origin'] === 'string'
