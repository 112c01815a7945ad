import type { Readable } from 'node:stream'
import type { AccountFile } from '../../domain/batch.ts'
import { consumerOf, type Account } from '../../domain/task.ts'
import type { ReceivedBytes } from '../../objects/objects.ts'
import {
  expiredFiles,
  getFile as readFile,
  insertFile,
  listFiles as readFiles,
  removeFile,
  type FileFilter,
} from '../../store/accountFiles.ts'
import type { TaskParts } from '../parts.ts'
import { dropBytes, keepBytes } from '../storedBytes.ts'

export interface FileOrder {
  received: ReceivedBytes
  filename: string
  /** Absent: as long as this server keeps tasks. */
  keptMs?: number
}

const FILES_AT_A_TIME = 100

/** Takes finished bytes as the input of a batch. Equal bytes are stored once. Throws `disk_full`,
 * `quota_exceeded`. */
export async function createFile(
  parts: TaskParts,
  account: Account,
  { received, filename, keptMs = parts.retentionMs }: FileOrder,
): Promise<AccountFile> {
  await parts.disk.admit()
  return keepBytes(parts, consumerOf(account), received, (db) => {
    const nowMs = parts.clock.nowMs()
    return insertFile(db, {
      id: parts.ids.objectId(),
      accountId: account.id,
      filename,
      purpose: 'batch',
      objectHash: received.hash,
      sizeBytes: received.sizeBytes,
      createdMs: nowMs,
      expiresMs: nowMs + keptMs,
    })
  })
}

/** The file, if the account has one of that id. */
export const getFile = async (
  parts: TaskParts,
  accountId: string,
  id: string,
): Promise<AccountFile | undefined> =>
  (await readFile(parts.store.read, accountId, { id, nowMs: parts.clock.nowMs() }))?.file

export const listFiles = (
  parts: TaskParts,
  accountId: string,
  filter: Omit<FileFilter, 'nowMs'>,
): Promise<AccountFile[]> => readFiles(parts.store.read, accountId, { ...filter, nowMs: parts.clock.nowMs() })

/** The file and its bytes; undefined when the account has none of that id. Throws `not_found` when they go just now. */
export async function openFile(
  parts: TaskParts,
  accountId: string,
  id: string,
): Promise<{ file: AccountFile; bytes: Readable } | undefined> {
  const found = await readFile(parts.store.read, accountId, { id, nowMs: parts.clock.nowMs() })
  if (!found) return undefined
  return { file: found.file, bytes: await parts.objects.open(accountId, found.objectHash) }
}

/** Removes the file; a batch of it that has not ended goes on with its bytes. False when there was none. */
export async function deleteFile(parts: TaskParts, accountId: string, id: string): Promise<boolean> {
  const found = await readFile(parts.store.read, accountId, { id, nowMs: parts.clock.nowMs() })
  if (!found) return false
  return dropBytes(parts, { accountId, hash: found.objectHash }, (db) => removeFile(db, id))
}

/** Removes the files whose time is over, with their bytes. */
export async function expireFiles(parts: TaskParts): Promise<void> {
  for (;;) {
    const expired = await expiredFiles(parts.store.read, parts.clock.nowMs(), FILES_AT_A_TIME)
    for (const { id, ...bytes } of expired) await dropBytes(parts, bytes, (db) => removeFile(db, id))
    if (expired.length < FILES_AT_A_TIME) return
  }
}
