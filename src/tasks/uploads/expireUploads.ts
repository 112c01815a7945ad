import { removeParts } from '../../store/uploadParts.ts'
import { expireActiveUploads, oldUploads, removeUpload, uploadsWithParts } from '../../store/uploads.ts'
import type { TaskParts } from '../parts.ts'
import { uploadFile, uploadIdsOf } from './uploadFile.ts'

const ROWS_A_TRANSACTION = 500
const UPLOADS_AT_A_TIME = 100

/** Ends uploads whose time is over, and forgets uploads as long after their time as tasks are kept. */
export async function expireUploads(parts: TaskParts): Promise<void> {
  const { store } = parts
  const nowMs = parts.clock.nowMs()
  while ((await store.write((db) => expireActiveUploads(db, nowMs, ROWS_A_TRANSACTION))) > 0);
  for (;;) {
    const old = await oldUploads(store.read, nowMs - parts.retentionMs, UPLOADS_AT_A_TIME)
    for (const id of old) {
      while ((await store.write((db) => removeParts(db, id, ROWS_A_TRANSACTION))) > 0);
      await store.write((db) => removeUpload(db, id))
    }
    if (old.length === 0) return
  }
}

/** Removes what came of uploads that came to nothing, or are done: on this machine, and in the storage that all share. */
export async function forgetUnwantedUploads({ objects, store }: TaskParts): Promise<void> {
  const ids = uploadIdsOf(await objects.unfinished())
  const wanted = await uploadsWithParts(store.read, ids)
  for (const id of ids) if (!wanted.has(id)) await objects.forget(uploadFile(id))
}
