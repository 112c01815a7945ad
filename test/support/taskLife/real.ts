import { sql } from 'kysely'
import { EmbedlineError } from '../../../src/domain/errors.ts'
import type { Account, AnyTask } from '../../../src/domain/task.ts'
import type { ClaimedItem } from '../../../src/queue/claim.ts'
import { createMediaTask } from '../../../src/tasks/create.ts'
import { createBucketTask } from '../../../src/tasks/createBucket.ts'
import { expireTasks } from '../../../src/tasks/expire.ts'
import { listAnyTasks } from '../../../src/tasks/listAny.ts'
import { pausedTasks, settlePauses } from '../../../src/tasks/pause.ts'
import { repairTasks } from '../../../src/tasks/repair.ts'
import { settleAllEnded } from '../../../src/tasks/settleEnded.ts'
import { removeOrphanedBytes } from '../../../src/tasks/storedBytes.ts'
import { workOn } from '../../../src/tasks/work.ts'
import { fileKeys } from '../../../src/store/bucketFiles.ts'
import { ORDER } from '../handbook.ts'
import { REQUEST, type TaskRoom } from '../taskRoom.ts'
import { FILES, type ModelTask, type Outcome, type Visible } from './model.ts'

/** What the process dies of in the middle of a verb. */
class Killed extends Error {}

/** The room, as the tests of the whole life of tasks use it. */
export interface Real {
  room: TaskRoom
  accounts: readonly [Account, Account]
  /** Items whose holders are dead, or that were taken from them, and who do not know it. */
  zombies: ClaimedItem[]
  held: { item: ClaimedItem; task: ModelTask; name: string }[]
}

export async function fillBuckets(room: TaskRoom): Promise<void> {
  for (const file of FILES) await room.put('handbook', file, file)
}

export const accountOf = ({ accounts }: Real, index: number): Account => accounts[index === 0 ? 0 : 1]

export async function createReal(real: Real, kind: AnyTask['kind'], account: number): Promise<string> {
  const { parts } = real.room
  const owner = accountOf(real, account)
  if (kind === 'bucket') return (await createBucketTask(parts, owner, ORDER)).id
  const source = { received: await real.room.received(`the video of ${owner.name}`) }
  return (await createMediaTask(parts, owner, { modelName: 'tiny', request: REQUEST, source })).id
}

/** A name of an item that its task has once. */
export async function nameOf({ room }: Real, item: ClaimedItem): Promise<string> {
  if (item.kind === 'slice') {
    const { slices } = item.payload as { slices: { index: number }[] }
    return `slice ${slices[0]?.index}`
  }
  if (item.kind !== 'document') return item.kind
  const { fileId } = item.payload as { fileId: number }
  return (await fileKeys(room.parts.store.read, [fileId])).get(fileId) ?? ''
}

/** Works on an item, of which this comes. */
export async function workReal({ room }: Real, item: ClaimedItem, outcome: Outcome): Promise<void> {
  const spoil = () => {
    if (outcome === 'fails') throw new EmbedlineError('media_unreadable', 'It is damaged.')
    if (outcome === 'stalls') throw new EmbedlineError('decoder_stalled', 'It took too long.')
  }
  Object.assign(room.compute, { beforeInspect: spoil, beforeSlice: spoil, beforeParagraph: spoil })
  await workOn(room.parts, item, new AbortController().signal)
}

/** Runs a verb in a process that dies before the transaction with this number. True: it got to its end before. */
export async function dyingAfter(
  { room: { parts } }: Real,
  transactions: number,
  verb: () => Promise<unknown>,
): Promise<boolean> {
  const { store } = parts
  let left = transactions
  parts.store = {
    ...store,
    write: (change) => (left-- > 0 ? store.write(change) : Promise.reject(new Killed('killed'))),
  }
  try {
    await verb()
    return true
  } catch (thrown) {
    if (thrown instanceof Killed) return false
    throw thrown
  } finally {
    parts.store = store
  }
}

/** A new server on what the dead one has left, and the janitor's first round. */
export async function restartReal(real: Real): Promise<void> {
  const { room } = real
  await room.restart()
  await expireTasks(room.parts)
  await repairTasks(room.parts)
  await settleAllEnded(room.parts)
  await settlePauses(room.parts)
  await removeOrphanedBytes(room.parts)
}

/** What callers see of all tasks, in the words of the model, by their ids. */
export async function seen({ room, accounts }: Real): Promise<Map<string, Visible>> {
  const { parts } = room
  const lists = await Promise.all(accounts.map(({ id }) => listAnyTasks(parts, id, { limit: 100 })))
  const tasks = lists.flat()
  const paused = await pausedTasks(parts, tasks)
  const counts = await parts.store.read
    .selectFrom('embedding')
    .select(['task_id', (row) => row.fn.countAll<number>().as('count')])
    .groupBy('task_id')
    .execute()
  const vectors = new Map(counts.map(({ task_id: id, count }) => [id, count]))
  return new Map(
    tasks.map((task) => [task.id, visibleOf(task, vectors.get(task.id) ?? 0, paused.has(task.id))]),
  )
}

function visibleOf(task: AnyTask, vectors: number, isPaused: boolean): Visible {
  const { state, doneCount: done, failedCount: failed } = task
  const counts = { state, isPaused, done, failed, vectors }
  if (task.kind === 'bucket') return { ...counts, items: task.fileCount, skipped: task.skippedCount, gaps: 0 }
  if (task.kind === 'batch') throw new Error(`${task.id} is a batch: there are none here`)
  if (task.embeddingCount !== vectors)
    throw new Error(`${task.id} counts ${task.embeddingCount} vectors, and has ${vectors}`)
  return { ...counts, items: task.itemCount, skipped: 0, gaps: task.warnings.length }
}

/** Tasks whose books are wrong: what they count as open, and the items that are. */
export async function wrongBooks({ room }: Real): Promise<unknown[]> {
  const { rows } = await sql`
    select id, state, open_count, counted from (
      select task.id, task.state, task.open_count,
             (select count(*) from item
               where item.task_id = task.id and item.kind in ('slice', 'part', 'document')
                 and item.state in ('queued', 'running')) as counted,
             (select count(*) from item
               where item.task_id = task.id and item.state in ('queued', 'running')) as startable
        from task)
     where open_count <> counted or (state in ('ready', 'partial', 'failed', 'cancelled') and startable > 0)
  `.execute(room.parts.store.read)
  return rows
}

/** References to stored bytes that nobody has, or that are missing. */
export async function wrongReferences({ room }: Real): Promise<unknown[]> {
  const { rows } = await sql`
    select * from (
      select object.account_id, object.hash, reference_count,
             (select count(*) from task
               where task.account_id = object.account_id and task.object_hash = object.hash and holds_object = 1)
             as held
        from object)
     where reference_count <> held`.execute(room.parts.store.read)
  return rows
}

/** Tables that should be empty and are not. */
export async function leftRows({ room }: Real): Promise<string[]> {
  const left: string[] = []
  for (const table of [
    'task',
    'item',
    'embedding',
    'modality_sum',
    'object',
    'task_event',
    'chunk',
  ] as const) {
    const row = await room.parts.store.read.selectFrom(table).selectAll().limit(1).executeTakeFirst()
    if (row) left.push(table)
  }
  for await (const bytes of room.parts.objects.list()) left.push(`bytes ${bytes.hash}`)
  return left
}
