import { openItems } from '../queue/openItems.ts'
import { accountIds } from '../store/accounts.ts'
import { filesWithOldChunks } from '../store/chunks.ts'
import {
  expiredFileBytes,
  expiredTaskBytes,
  hiddenFileBytes,
  oldAnswerBytes,
  oldAssetBytes,
  overdueUploadBytes,
  type Leftover,
} from '../store/leftovers.ts'
import { countReferences } from '../store/objects.ts'
import { ANSWERS_KEPT_MS } from './idempotency.ts'
import type { TaskParts } from './parts.ts'
import { fetchesIn } from './unfinishedFetches.ts'

/** Why the janitor removes something. */
export type LeftoverReason =
  | 'expired_task'
  | 'expired_asset'
  | 'expired_file'
  | 'deleted_bucket_file'
  | 'old_answer'
  | 'overdue_upload'
  | 'unfinished_fetch'
  | 'orphaned_bytes'
  | 'replaced_file'

const FILES_A_PAGE = 500

/**
 * What the janitor would remove now, by reason, removing nothing. Of some the bytes are estimated, of files whose old
 * chunks are left only their number is known.
 */
export async function surveyJanitor(parts: TaskParts): Promise<Record<LeftoverReason, Leftover>> {
  const { read } = parts.store
  const nowMs = parts.clock.nowMs()
  const { assetRetentionMs } = parts
  return {
    expired_task: await expiredTaskBytes(read, nowMs),
    expired_asset:
      assetRetentionMs === undefined ? NOTHING : await oldAssetBytes(read, nowMs - assetRetentionMs),
    expired_file: await expiredFileBytes(read, nowMs),
    deleted_bucket_file: await hiddenFileBytes(read),
    old_answer: await oldAnswerBytes(read, nowMs - ANSWERS_KEPT_MS),
    overdue_upload: await overdueUploadBytes(read, nowMs),
    unfinished_fetch: await unfinishedFetches(parts),
    orphaned_bytes: await orphanedBytes(parts),
    replaced_file: await replacedFiles(parts),
  }
}

const NOTHING: Leftover = { count: 0, bytes: 0 }

async function unfinishedFetches({ objects, store }: TaskParts): Promise<Leftover> {
  const fetches = fetchesIn(await objects.unfinished())
  const open = await openItems(
    store.read,
    fetches.map(({ itemId }) => itemId),
  )
  return { count: fetches.filter(({ itemId }) => !open.has(itemId)).length, bytes: 0 }
}

async function orphanedBytes({ objects, store }: TaskParts): Promise<Leftover> {
  const accounts = new Set(await accountIds(store.read))
  const found = { ...NOTHING }
  for await (const { accountId, hash } of objects.list()) {
    if (!accounts.has(accountId) || (await countReferences(store.read, accountId, hash)) > 0) continue
    found.count++
    // It may go, or be referred to, while this looks.
    found.bytes += (await objects.sizeOf(accountId, hash)) ?? 0
  }
  return found
}

async function replacedFiles({ store }: TaskParts): Promise<Leftover> {
  let count = 0
  for (let after = 0; ;) {
    const page = await filesWithOldChunks(store.read, after, FILES_A_PAGE)
    const last = page.at(-1)
    if (!last) return { count, bytes: 0 }
    after = last.id
    count += page.filter(({ hasOldChunks }) => hasOldChunks).length
  }
}
