import type { Account, Page } from '../../domain/task.ts'
import { partCount, type Upload, type UploadPart } from '../../domain/upload.ts'
import type { PageRequest } from '../../store/page.ts'
import { getParts, reportedParts } from '../../store/uploadParts.ts'
import { getUpload as readUpload, listActiveUploads } from '../../store/uploads.ts'
import { addressParts, type PartAddress } from './partAddress.ts'
import type { TaskParts } from '../parts.ts'
import { existing, takesParts } from './takesParts.ts'

/** How far an upload is; of its parts, those of one page. */
export interface UploadProgress {
  upload: Upload
  reportedCount: number
  reportedBytes: number
  /** One for each number of the page; without a part: it has not come. */
  page: Page<{ number: number; part?: UploadPart }>
}

/** How far an upload is. Throws `not_found`. */
export async function getUpload(
  parts: TaskParts,
  accountId: string,
  { id, page, pageSize }: PageRequest & { id: string },
): Promise<UploadProgress> {
  const db = parts.store.read
  const upload = existing(await readUpload(db, accountId, id), id)
  const total = partCount(upload)
  const first = (page - 1) * pageSize + 1
  const last = Math.min(total, first + pageSize - 1)
  const here = new Map((await getParts(db, id, { first, last })).map((part) => [part.number, part]))
  const rows = Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => {
    const part = here.get(first + at)
    return { number: first + at, ...(part && { part }) }
  })
  const { count, sizeBytes } = await reportedParts(db, id)
  return { upload, reportedCount: count, reportedBytes: sizeBytes, page: { rows, total } }
}

/** A page of the account's uploads that still take parts, newest first. */
export const listUploads = (
  parts: TaskParts,
  accountId: string,
  request: PageRequest,
): Promise<Page<Upload>> =>
  listActiveUploads(parts.store.read, accountId, { ...request, nowMs: parts.clock.nowMs() })

/** New addresses for parts of an upload. Throws `not_found`, `upload_refused`, `request_invalid` past the last part. */
export async function readdressParts(
  parts: TaskParts,
  account: Account,
  { id, first, count }: { id: string; first: number; count: number },
): Promise<PartAddress[]> {
  const upload = takesParts(await readUpload(parts.store.read, account.id, id), id, parts.clock.nowMs())
  return addressParts(parts, upload, { keyId: account.keyId, first, count })
}
