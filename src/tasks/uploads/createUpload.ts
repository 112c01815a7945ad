import type { Account, UserMetadata } from '../../domain/task.ts'
import { partBytesFor, type Upload } from '../../domain/upload.ts'
import { insertUpload, outstandingBytes } from '../../store/uploads.ts'
import type { TaskParts } from '../parts.ts'
import { checkStored } from '../quotas.ts'

const VALID_MS = 24 * 3_600_000

export interface UploadOrder {
  filename: string
  /** At least 1. */
  totalBytes: number
  userMetadata?: UserMetadata
  wantsThumbnail: boolean
}

/**
 * Begins to take a file in parts, for a day. Nothing is written yet. Throws `disk_full` when the file would not fit
 * beside what the account's other uploads may still bring, `quota_exceeded` likewise.
 */
export async function createUpload(parts: TaskParts, account: Account, order: UploadOrder): Promise<Upload> {
  const nowMs = parts.clock.nowMs()
  const outstanding = await outstandingBytes(parts.store.read, account.id, nowMs)
  await checkStored(parts.store.read, account.id, outstanding + order.totalBytes)
  await parts.objects.checkSpace(outstanding + order.totalBytes)
  return parts.store.write((db) =>
    insertUpload(db, {
      ...order,
      id: parts.ids.objectId(),
      accountId: account.id,
      assetId: parts.ids.objectId(),
      partBytes: partBytesFor(order.totalBytes, parts.limits.uploadPartBytes),
      expiresMs: nowMs + VALID_MS,
      nowMs,
    }),
  )
}
