import type { Db } from '../domain/tables.ts'
import type { Clock } from '../lib/clock.ts'
import { makeGather } from '../lib/gather.ts'
import { settleDone } from '../queue/settle.ts'
import { finishFile, type FileWork } from '../store/bucketFiles.ts'
import { insertChunks, removeOldChunks, type FileChunks } from '../store/chunks.ts'
import { nextVersion } from '../store/embeddedBuckets.ts'
import { settleParts } from './addEnd.ts'
import { leaseLost } from './leaseLost.ts'
import type { DocumentEnd, EndDocument, Store } from './parts.ts'
import { CHUNKS_A_TRANSACTION, removeChunksBefore } from './staleChunks.ts'

export interface EndDocumentsParts {
  store: Store
  clock: Clock
  waitMs?: number
}

/** About as many as a commit takes time for. */
const DOCUMENTS_A_TRANSACTION = 32
const WAIT_MS = 25

/**
 * Ends documents that come within a moment in one transaction, with few statements for all of them: of small files there
 * are many hundreds a second, and their ends would cost more than their embedding.
 */
export function gatherDocumentEnds({ store, clock, waitMs = WAIT_MS }: EndDocumentsParts): EndDocument {
  const run = (ends: readonly DocumentEnd[]) => store.write((db) => endAll(db, ends, clock.nowMs()))
  const end = makeGather({ run, most: DOCUMENTS_A_TRANSACTION, waitMs, clock })
  return async (document) => {
    const outcome = await end(document)
    if (outcome === 'lost') throw leaseLost()
    const { id, generation } = document.file
    if (outcome === 'rest') await removeChunksBefore({ store }, id, generation + 1)
  }
}

/** `lost`: nothing was written of it. `rest`: some of its old chunks are still to be removed. */
type Outcome = 'ended' | 'lost' | 'rest'

async function endAll(db: Db, ends: readonly DocumentEnd[], nowMs: number): Promise<Outcome[]> {
  const items = ends.map(({ item }) => item)
  const settled = await settleDone(db, items, nowMs)
  const held = ends.filter(({ item }) => settled.has(item.id))
  const versions = new Map<number, number | undefined>()
  for (const { file } of held)
    if (!versions.has(file.bucketId)) versions.set(file.bucketId, await nextVersion(db, file.bucketId, nowMs))
  const written: FileChunks[] = []
  for (const end of held) {
    const version = versions.get(end.file.bucketId)
    // Deleted meanwhile, or listed by a later task: its item is settled, and that is all.
    if (version === undefined || !(await finish(db, end, version, nowMs))) continue
    written.push({ fileId: end.file.id, generation: end.file.generation + 1, chunks: end.lastChunks })
  }
  await insertChunks(db, written)
  await countDone(db, held, nowMs)
  const outcomes: Outcome[] = []
  for (const end of ends) outcomes.push(settled.has(end.item.id) ? await removeOld(db, end.file) : 'lost')
  return outcomes
}

const finish = (
  db: Db,
  { file, summary, changeToken }: DocumentEnd,
  version: number,
  nowMs: number,
): Promise<boolean> =>
  finishFile(db, file.id, file.taskId, {
    generation: file.generation + 1,
    version,
    chunkCount: summary.chunkCount,
    checksum: summary.checksum,
    sizeBytes: summary.sizeBytes,
    changeToken,
    settingsJson: file.settingsJson,
    nowMs,
  })

async function countDone(db: Db, ends: readonly DocumentEnd[], nowMs: number): Promise<void> {
  const endsOf = Map.groupBy(ends, ({ file }) => file.taskId)
  // In the order of their ids, as all transactions touch tasks.
  for (const [taskId, own] of [...endsOf].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    const tokens = own.reduce((sum, { summary }) => sum + summary.textTokens, 0)
    await settleParts(db, taskId, { outcome: 'done', count: own.length, tokens, nowMs })
  }
}

async function removeOld(db: Db, { id, generation }: FileWork): Promise<Outcome> {
  if (generation === 0) return 'ended'
  const limit = Math.floor(CHUNKS_A_TRANSACTION / DOCUMENTS_A_TRANSACTION)
  return (await removeOldChunks(db, id, generation + 1, limit)) === limit ? 'rest' : 'ended'
}
