import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { EmbedlineError } from '../../domain/errors.ts'
import { moveDurably, sync } from '../../modelFiles/durable.ts'
import { toStorageError } from '../../store/storageError.ts'

/** What a copy of the database refers to, by the paths below the folder of stored bytes. */
export interface References {
  /** Bytes that never change. */
  objects: string[]
  /** Uploads in parts that came so far. */
  unfinished: string[]
}

const NAME = 'embedline.db'

/** Where the database lies in a backup. */
export const databaseIn = (folder: string): string => join(folder, NAME)

/**
 * Copies the database as it is at one moment, also while a server writes to it, which does not wait for that, and checks
 * the copy. Throws `disk_full` and `storage_unavailable`.
 */
export async function copyDatabase(databaseFile: string, folder: string): Promise<void> {
  const half = `${databaseIn(folder)}.half`
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await rm(half, { force: true })
  try {
    inDatabase(databaseFile, (database) => database.prepare('vacuum into ?').run(half))
    inDatabase(half, check)
    await sync(half)
    await moveDurably(half, databaseIn(folder))
  } catch (failure) {
    await rm(half, { force: true })
    throw failure
  }
}

function check(database: DatabaseSync): void {
  const found = database.prepare('pragma quick_check(1)').get()
  if (found?.['quick_check'] !== 'ok')
    throw new EmbedlineError(
      'storage_unavailable',
      `the database is damaged: ${String(found?.['quick_check'])}`,
    )
}

/** What the copied database refers to. */
export const referencesIn = (folder: string): References =>
  inDatabase(databaseIn(folder), (database) => {
    const objects = database.prepare('select account_id as account, hash from object').all() as {
      account: string
      hash: string
    }[]
    const uploads = database
      .prepare(
        `select id from upload where state in ('active', 'received')
            and exists (select 1 from upload_part where upload_id = upload.id)`,
      )
      .all() as { id: string }[]
    return {
      objects: objects.map(({ account, hash }) => join(account, hash.slice(0, 2), hash)),
      unfinished: uploads.map(({ id }) => join('unfinished', `upload-${id}`)),
    }
  })

function inDatabase<T>(file: string, work: (database: DatabaseSync) => T): T {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(file, { timeout: 60_000 })
    return work(database)
  } catch (failure) {
    throw toStorageError(failure, file)
  } finally {
    database?.close()
  }
}
