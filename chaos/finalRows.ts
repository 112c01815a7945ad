import type { Database } from './database.ts'
import type { FinalRows, SeenEvent } from './history.ts'

const ENDED = `('ready', 'partial', 'failed', 'cancelled')`

/** Rows that serve nobody once all tasks have ended: what they are, and a statement that names each. */
const ORPHANS: Readonly<Record<string, string>> = {
  'a sum of slices without a task': `select task_id as id from modality_sum where task_id not in (select id from task)`,
  'a vector without a task': `select distinct task_id as id from embedding where task_id not in (select id from task)`,
  'an item without a task': `select id from item where task_id is not null and task_id not in (select id from task)`,
  'an event without a task': `select id from task_event where task_id not in (select id from task)`,
  'a chunk without a file': `select distinct file_id as id from chunk where file_id not in (select id from bucket_file)`,
  'a chunk of an old generation': `select distinct file_id as id from chunk join bucket_file on bucket_file.id = file_id where chunk.generation <> bucket_file.generation`,
  'a task that was removed': `select id from task where removed_ms is not null`,
  'an ended task with open items by its count': `select id from task where state in ${ENDED} and open_count <> 0`,
  'a task whose count of vectors is not that of its vectors': `select id from task where kind = 'media' and embedding_count <> (select count(*) from embedding where task_id = task.id)`,
  'a file whose count of chunks is not that of its chunks': `select id from bucket_file where state = 'done' and chunk_count <> (select count(*) from chunk where file_id = bucket_file.id and chunk.generation = bucket_file.generation)`,
  'an input that an ended batch still holds': `select task_id as id from batch join task on task.id = task_id where state in ${ENDED} and input_hash is not null`,
}

/** Reads what the checker wants to know, when all clients are done. */
export async function readFinalRows(database: Database): Promise<FinalRows> {
  const orphans: string[] = []
  for (const [what, sql] of Object.entries(ORPHANS))
    for (const { id } of await database.rows<{ id: string | number }>(sql)) orphans.push(`${what}: ${id}`)
  const openItems = await database.rows<{ id: number; kind: string; task_id: string; state: string }>(
    `select id, kind, task_id, state from item where state in ('queued', 'running')`,
  )
  const events = await database.rows<{ id: number; task_id: string; kind: string }>(
    'select id, task_id, kind from task_event order by id',
  )
  return {
    tasks: await database.rows('select id, state from task where removed_ms is null'),
    openItems: openItems.map(({ task_id: taskId, ...item }) => ({ ...item, taskId })),
    events: events.map(({ task_id: taskId, ...event }): SeenEvent => ({ ...event, taskId })),
    assets: await database.rows('select id, state from asset'),
    orphans,
  }
}

/** Account and hash of all bytes that rows refer to, as `account/hash`. */
export const objectNames = async (database: Database): Promise<string[]> =>
  (await database.rows<{ account_id: string; hash: string }>('select account_id, hash from object')).map(
    ({ account_id: account, hash }) => `${account}/${hash}`,
  )
