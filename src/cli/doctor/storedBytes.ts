import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { placeOf } from '../../objects/objects.ts'
import { storedFiles, type StoredFile } from '../../store/storedFiles.ts'
import type { Check } from './check.ts'

/** As many file systems answer at once without being slowed down by it. */
const LOOKED_AT_ONCE = 64
const MOST_NAMED = 3

/**
 * Whether the bytes that the database refers to are there, as long as they were; their content is compared by
 * `embedline backup --check`. Nothing to say while there is no database, or one that cannot be read.
 */
export async function checkStoredBytes(databaseFile: string, objectsFolder: string): Promise<Check[]> {
  const name = 'stored bytes'
  if (!existsSync(databaseFile)) return []
  const all = storedFiles(databaseFile)
  const suspects = await faulty(all, objectsFolder)
  // A server may have removed some of them in the meantime, the row first.
  const still = suspects.length > 0 ? new Set(storedFiles(databaseFile).map(keyOf)) : new Set()
  const lost = suspects.filter((each) => still.has(keyOf(each)))
  if (lost.length === 0) return [{ name, state: 'ok', message: `all ${all.length} stored files are there` }]
  const named = lost.slice(0, MOST_NAMED).map((each) => describe(each, objectsFolder))
  return [
    {
      name,
      state: 'fail',
      message: `${lost.length} of ${all.length} stored files missing or cut: ${named.join('; ')}${lost.length > MOST_NAMED ? '; …' : ''}`,
      advice:
        'Put them back from objects/ in a backup, or delete these assets and upload them again. Vectors that are there ' +
        'stay; tasks that still need these bytes fail with input_missing.',
    },
  ]
}

const keyOf = ({ accountId, hash }: StoredFile): string => `${accountId}/${hash}`

const describe = ({ accountId, hash, asset }: StoredFile, folder: string): string =>
  asset ? `asset ${asset.id} (${asset.filename})` : `the input ${join(folder, placeOf(accountId, hash))}`

async function faulty(files: readonly StoredFile[], folder: string): Promise<StoredFile[]> {
  const found: StoredFile[] = []
  for (let from = 0; from < files.length; from += LOOKED_AT_ONCE) {
    const some = files.slice(from, from + LOOKED_AT_ONCE)
    const sizes = await Promise.all(
      some.map(({ accountId, hash }) =>
        stat(join(folder, placeOf(accountId, hash))).then(
          ({ size }) => size,
          () => undefined,
        ),
      ),
    )
    found.push(...some.filter(({ sizeBytes }, index) => sizes[index] !== sizeBytes))
  }
  return found
}
