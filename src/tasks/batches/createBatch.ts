import { EmbedlineError } from '../../domain/errors.ts'
import type { Batch, Account } from '../../domain/task.ts'
import { enqueue } from '../../queue/enqueue.ts'
import { getFile } from '../../store/accountFiles.ts'
import { insertBatch } from '../../store/batches.ts'
import { lockRow } from '../../store/locks.ts'
import { addReference } from '../../store/objects.ts'
import { rememberAnswer, type Idempotency } from '../idempotency.ts'
import type { TaskParts } from '../parts.ts'
import { refuseSpent, takeTask } from '../quotas.ts'

export interface BatchOrder {
  inputFileId: string
  metadata?: Readonly<Record<string, string>>
  /** How long the files of what came of it are kept; absent: as long as this server keeps tasks. */
  filesKeptMs?: number
  idempotency?: Idempotency<Batch>
}

/** What is not done after so long is not done any more. */
const WINDOW_MS = 24 * 3_600_000

/**
 * Takes a batch: when this returns it is committed. Whatever is wrong with its file is found out later. Throws
 * `disk_full`, `rate_limited` for a quota that is spent, `request_invalid` for a file that the account does not have or that is none for a batch, and what `rememberAnswer`
 * throws.
 */
export async function createBatch(parts: TaskParts, account: Account, order: BatchOrder): Promise<Batch> {
  await parts.disk.admit()
  await refuseSpent(parts, account, ['tokensPerDay'])
  const batch = await parts.store.write(async (db) => {
    const nowMs = parts.clock.nowMs()
    await lockRow(db, 'account_file', order.inputFileId)
    const found = await getFile(db, account.id, { id: order.inputFileId, nowMs })
    if (found?.file.purpose !== 'batch') throw noInput()
    const { file, objectHash } = found
    await addReference(db, { accountId: account.id, hash: objectHash, sizeBytes: file.sizeBytes, nowMs })
    await takeTask(db, account, nowMs)
    const deadlineMs = nowMs + WINDOW_MS
    const created = await insertBatch(db, {
      id: parts.ids.objectId(),
      accountId: account.id,
      inputFileId: file.id,
      inputHash: objectHash,
      filename: file.filename,
      ...(order.metadata && { metadata: order.metadata }),
      filesKeptMs: order.filesKeptMs ?? parts.retentionMs,
      deadlineMs,
      keyId: account.keyId,
      nowMs,
      // A short retention must not take a batch away that is still worked on.
      expiresMs: deadlineMs + parts.retentionMs,
    })
    await enqueue(db, nowMs, [
      {
        accountId: account.id,
        kind: 'check',
        taskId: created.id,
        key: 'check',
        lane: 0,
        dueMs: nowMs,
        payload: {},
      },
    ])
    await rememberAnswer(db, account.id, order.idempotency, created, nowMs)
    return created
  })
  parts.wake()
  return batch
}

const noInput = () =>
  new EmbedlineError('request_invalid', 'There is no such file of the purpose batch.', {
    field: 'inputFileId',
  })
