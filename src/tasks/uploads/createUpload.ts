import { EmbedlineError } from '../../domain/errors.ts'
import { inLimit } from '../../domain/limitFacts.ts'
import type { Account, UserMetadata } from '../../domain/task.ts'
import { partBytesFor, type Upload } from '../../domain/upload.ts'
import { lockRow } from '../../store/locks.ts'
import { countActiveUploads, insertUpload, outstandingBytes } from '../../store/uploads.ts'
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
 * beside what the account's other uploads may still bring, and while no new work is taken; `quota_exceeded` when the account
 * may not store so much; and `rate_limited` when it has too many uploads.
 */
export async function createUpload(parts: TaskParts, account: Account, order: UploadOrder): Promise<Upload> {
  await parts.disk.admit()
  const nowMs = parts.clock.nowMs()
  const outstanding = await outstandingBytes(parts.store.read, account.id, nowMs)
  await parts.objects.checkSpace(outstanding + order.totalBytes)
  return parts.store.write(async (db) => {
    await lockRow(db, 'account', account.id)
    await checkStored(db, account.id, (await outstandingBytes(db, account.id, nowMs)) + order.totalBytes)
    refuseMany(await countActiveUploads(db, account.id, nowMs), parts.limits.activeUploads)
    return insertUpload(db, {
      ...order,
      id: parts.ids.objectId(),
      accountId: account.id,
      assetId: parts.ids.objectId(),
      partBytes: partBytesFor(order.totalBytes, parts.limits.uploadPartBytes),
      expiresMs: nowMs + VALID_MS,
      nowMs,
    })
  })
}

function refuseMany(count: number, limit: number): void {
  if (count < limit) return
  throw new EmbedlineError(
    'rate_limited',
    `${limit} uploads are begun and not complete${inLimit('activeUploads')}: end some of them, or give them up by deleting their assets.`,
    { limit },
  )
}
