import type { Db } from '../../domain/tables.ts'
import { moveUpload, uploadOfAsset } from '../../store/uploads.ts'

/**
 * Gives up the upload of an asset: no part of it is taken any more. Returns its id if it was still taking parts, or waited
 * to be put together; its file is the caller's, or the janitor's, to remove after the commit.
 */
export async function abandonUpload(
  db: Db,
  { accountId, assetId }: { accountId: string; assetId?: string | undefined },
  nowMs: number,
): Promise<string | undefined> {
  const upload = assetId === undefined ? undefined : await uploadOfAsset(db, accountId, assetId)
  if (!upload) return undefined
  const wasOpen =
    (await moveUpload(db, upload.id, { from: 'active', to: 'abandoned', nowMs })) ||
    (await moveUpload(db, upload.id, { from: 'received', to: 'abandoned', nowMs }))
  return wasOpen ? upload.id : undefined
}
