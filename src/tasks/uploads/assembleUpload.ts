import { EmbedlineError } from '../../domain/errors.ts'
import type { Db } from '../../domain/tables.ts'
import { partCount, type Upload } from '../../domain/upload.ts'
import type { SentParts } from '../../objects/objects.ts'
import type { ClaimedItem } from '../../queue/claim.ts'
import { enqueue } from '../../queue/enqueue.ts'
import { saveProgress } from '../../queue/progress.ts'
import { settle } from '../../queue/settle.ts'
import { setAssetBytes } from '../../store/assets.ts'
import { addDailyUse } from '../../store/dailyUsage.ts'
import { addReference } from '../../store/objects.ts'
import { setInputOfWaiting } from '../../store/tasks.ts'
import { getParts } from '../../store/uploadParts.ts'
import { moveUpload, uploadOfAsset } from '../../store/uploads.ts'
import { inspectItem } from '../inspectItem.ts'
import type { TaskParts } from '../parts.ts'
import { adoptBytes } from '../storedBytes.ts'
import { uploadFile } from './uploadFile.ts'

/** What an assemble item carries. */
export interface AssemblePayload {
  /** The key that the bytes are counted for. */
  keyId?: string | undefined
}

/** The bytes are referred to by this hash, wherever their file is. */
interface Progress {
  hash: string
}

/**
 * Makes the parts of an upload the bytes of its asset: they lie in one file already, which is read once for its hash.
 * Killed anywhere it goes on, and loses nothing: nobody will send these bytes again.
 */
export async function assembleUpload(
  parts: TaskParts,
  item: ClaimedItem,
  signal: AbortSignal,
): Promise<void> {
  const upload = await uploadOfAsset(parts.store.read, item.accountId, item.assetId ?? '')
  if (!upload) throw lost()
  const name = uploadFile(upload.id)
  const before = item.progress as Progress | undefined
  const hash =
    before?.hash ??
    (await parts.objects.hashParts(name, upload.totalBytes, signal, await sentParts(parts, upload)))
  await adoptBytes(
    parts,
    { accountId: item.accountId, hash },
    {
      refer: async (db) => before === undefined && refer(parts, db, item, { upload, hash }),
      move: () => parts.objects.keepParts(name, item.accountId, hash),
      done: (db) => handOn(parts, db, item, { upload, hash }),
    },
  )
  parts.wake()
}

async function sentParts({ store }: TaskParts, upload: Upload): Promise<SentParts> {
  const all = await getParts(store.read, upload.id, { first: 1, last: partCount(upload) })
  return { partBytes: upload.partBytes, md5s: all.map(({ md5 }) => md5) }
}

async function refer(
  parts: TaskParts,
  db: Db,
  item: ClaimedItem,
  { upload, hash }: { upload: Upload; hash: string },
): Promise<void> {
  const nowMs = parts.clock.nowMs()
  const bytes = { hash, sizeBytes: upload.totalBytes }
  if (!(await saveProgress(db, item, { hash } satisfies Progress))) throw lost()
  if (!(await setAssetBytes(db, upload.assetId, { bytes, nowMs }))) throw lost()
  // Of the asset itself, and of the tasks that were created on it meanwhile.
  const waiting = await setInputOfWaiting(db, upload.assetId, { objectHash: hash, nowMs })
  for (let count = 0; count <= waiting; count++)
    await addReference(db, { accountId: upload.accountId, ...bytes, nowMs })
  const { keyId } = item.payload as AssemblePayload
  await addDailyUse(db, { accountId: upload.accountId, keyId }, { bytes: upload.totalBytes }, nowMs)
}

async function handOn(
  parts: TaskParts,
  db: Db,
  item: ClaimedItem,
  { upload, hash }: { upload: Upload; hash: string },
): Promise<void> {
  const nowMs = parts.clock.nowMs()
  const output = { hash, sizeBytes: upload.totalBytes }
  if (!(await settle(db, item, { state: 'done', output, nowMs }))) throw lost()
  await moveUpload(db, upload.id, { from: 'received', to: 'stored', nowMs })
  await enqueue(db, nowMs, [inspectItem(upload, { input: output, dueMs: nowMs })])
}

const lost = () => new EmbedlineError('lease_lost', 'The upload is not wanted from here any more.')
