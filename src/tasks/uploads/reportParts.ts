import { EmbedlineError } from '../../domain/errors.ts'
import type { Db } from '../../domain/tables.ts'
import type { Account } from '../../domain/task.ts'
import { partCount, placeOfPart, stateAt, type Upload, type UploadPart } from '../../domain/upload.ts'
import { enqueue } from '../../queue/enqueue.ts'
import { insertAsset } from '../../store/assets.ts'
import { lockRow } from '../../store/locks.ts'
import { getParts, reportedParts, setReported } from '../../store/uploadParts.ts'
import { getUpload, moveUpload } from '../../store/uploads.ts'
import { mimeTypeOfName } from '../mimeType.ts'
import type { TaskParts } from '../parts.ts'
import type { AssemblePayload } from './assembleUpload.ts'
import { existing, takesParts } from './takesParts.ts'

/** What the caller says of a part that it has sent. */
export type PartReport = Pick<UploadPart, 'number' | 'sizeBytes' | 'md5'>

export interface Reported {
  upload: Upload
  /** Of those reported now. */
  newCount: number
  duplicateCount: number
  /** Of all times. */
  totalCount: number
  isComplete: boolean
}

/**
 * Makes parts final: all of them, or none when one report does not fit what came. With the last one the upload becomes an
 * asset, which is `processing` until its bytes are put together and looked at. Reporting again changes nothing. Throws
 * `request_invalid` with the field `parts[0].md5`, `not_found`, `upload_refused`.
 */
export async function reportParts(
  parts: TaskParts,
  account: Account,
  { uploadId, reports }: { uploadId: string; reports: readonly PartReport[] },
): Promise<Reported> {
  const nowMs = parts.clock.nowMs()
  const reported = await parts.store.write(async (db) => {
    await lockRow(db, 'upload', uploadId)
    const upload = existing(await getUpload(db, account.id, uploadId), uploadId)
    const state = stateAt(upload, nowMs)
    const wasComplete = state === 'received' || state === 'stored'
    if (!wasComplete) takesParts(upload, uploadId, nowMs)
    const newCount = await makeFinal(db, upload, reports, nowMs)
    const { count: totalCount } = await reportedParts(db, uploadId)
    const isComplete = totalCount === partCount(upload)
    if (isComplete && !wasComplete) await becomeAsset(db, upload, account, nowMs)
    return { upload, newCount, duplicateCount: reports.length - newCount, totalCount, isComplete }
  })
  parts.wake()
  return reported
}

/** Returns how many were not final before. */
async function makeFinal(db: Db, upload: Upload, reports: readonly PartReport[], nowMs: number) {
  const known = await getParts(db, upload.id, { first: 1, last: partCount(upload) })
  const byNumber = new Map(known.map((part) => [part.number, part]))
  const fresh = new Set<number>()
  for (const [index, report] of reports.entries()) {
    const part = check(upload, byNumber.get(report.number), report, index)
    if (part.reportedMs === undefined) fresh.add(part.number)
  }
  for (const number of fresh) await setReported(db, upload.id, { number, nowMs })
  return fresh.size
}

function check(upload: Upload, part: UploadPart | undefined, report: PartReport, index: number): UploadPart {
  const wrong = (field: keyof PartReport, message: string) =>
    new EmbedlineError('request_invalid', message, { field: `parts[${index}].${field}` })
  if (!placeOfPart(upload, report.number))
    throw wrong('number', `The upload has ${partCount(upload)} parts, counted from 1.`)
  if (!part) throw wrong('number', `Part ${report.number} has not come.`)
  if (report.sizeBytes !== part.sizeBytes)
    throw wrong('sizeBytes', `Part ${part.number} has ${part.sizeBytes} bytes.`)
  if (report.md5 !== part.md5) throw wrong('md5', `What came of part ${part.number} has another ETag.`)
  return part
}

async function becomeAsset(db: Db, upload: Upload, { keyId }: Account, nowMs: number): Promise<void> {
  const { accountId, assetId, filename, userMetadata, wantsThumbnail } = upload
  await moveUpload(db, upload.id, { from: 'active', to: 'received', nowMs })
  await insertAsset(db, {
    id: assetId,
    accountId,
    method: 'multipart',
    filename,
    mimeType: mimeTypeOfName(filename),
    ...(userMetadata && { userMetadata }),
    wantsThumbnail,
    nowMs,
  })
  const payload: AssemblePayload = { keyId }
  await enqueue(db, nowMs, [
    { accountId, assetId, kind: 'assemble', key: 'assemble', lane: 3, dueMs: nowMs, payload },
  ])
}
