import type { UploadState } from '../../domain/states.ts'
import { partCount, stateAt, type Upload } from '../../domain/upload.ts'
import type { UploadProgress } from '../../tasks/uploads/getUpload.ts'
import type { PartAddress } from '../../tasks/uploads/partAddress.ts'
import type { Reported } from '../../tasks/uploads/reportParts.ts'
import { contentUrl } from './assetUrl.ts'
import { presentPage } from './present.ts'
import { PREFIX } from './prefix.ts'

// Every state has an answer here, or this file does not compile.
const STATUS = {
  active: 'active',
  received: 'completed',
  stored: 'completed',
  abandoned: 'failed',
  expired: 'expired',
} as const satisfies Record<UploadState, 'active' | 'completed' | 'failed' | 'expired'>

const time = (ms: number): string => new Date(ms).toISOString()

/** Where each part is to be sent, at this server as the caller addressed it. */
export const presentAddresses = (addresses: readonly PartAddress[], origin: string) =>
  addresses.map(({ uploadId, number, keyId, expiresMs, signature }) => ({
    chunk_index: number,
    url: `${origin}${PREFIX}/assets/multipart-uploads/${uploadId}/parts/${number}?expires=${expiresMs}&key=${keyId}&signature=${signature}`,
    expires_at: time(expiresMs),
  }))

/** The answer to a create. */
export const presentUpload = (upload: Upload, addresses: ReturnType<typeof presentAddresses>) => ({
  upload_id: upload.id,
  asset_id: upload.assetId,
  upload_urls: addresses,
  upload_headers: {},
  chunk_size: upload.partBytes,
  total_chunks: partCount(upload),
  expires_at: time(upload.expiresMs),
})

/** A row of the list of incomplete uploads; `asset_id` and `filename` tell a caller which one to go on with. */
export const presentUploadRow = (upload: Upload) => ({
  upload_id: upload.id,
  asset_id: upload.assetId,
  filename: upload.filename,
  status: STATUS[upload.state],
  total_size: upload.totalBytes,
  chunk_size: upload.partBytes,
  total_chunks: partCount(upload),
  created_at: time(upload.createdMs),
  expires_at: time(upload.expiresMs),
})

/**
 * How far an upload is. A part that has come but was not reported is `pending`, as in the contract; its `etag` is there
 * all the same, so that a caller who lost count need not send it again.
 */
export function presentProgress(
  { upload, reportedCount, reportedBytes, page }: UploadProgress,
  query: { page: number; page_limit: number },
  nowMs: number,
) {
  const { data, page_info } = presentPage(page, query, ({ number, part }) => ({
    index: number,
    status: part?.reportedMs === undefined ? 'pending' : 'completed',
    uploaded_at: part?.reportedMs === undefined ? null : time(part.reportedMs),
    ...(part && { updated_at: time(part.reportedMs ?? part.writtenMs), etag: part.md5 }),
  }))
  return {
    upload_id: upload.id,
    asset_id: upload.assetId,
    status: STATUS[stateAt(upload, nowMs)],
    uploaded_chunks: data,
    chunks_completed: reportedCount,
    chunks_failed: 0,
    chunks_pending: partCount(upload) - reportedCount,
    total_size: upload.totalBytes,
    uploaded_size: reportedBytes,
    created_at: time(upload.createdMs),
    updated_at: time(upload.updatedMs),
    expires_at: time(upload.expiresMs),
    page_info,
  }
}

/** The answer to a report; `url` says that the upload is complete. */
export const presentReported = ({ upload, isComplete, ...counts }: Reported, origin: string) => ({
  asset_id: upload.assetId,
  processed_chunks: counts.newCount,
  duplicate_chunks: counts.duplicateCount,
  total_completed: counts.totalCount,
  ...(isComplete && { url: contentUrl(upload.assetId, origin) }),
})
