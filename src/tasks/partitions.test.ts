import { readFile } from 'node:fs/promises'
import { sql } from 'kysely'
import { Client } from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import {
  bucketFiles,
  chunkRows,
  embedBucket,
  fillHandbook,
  OTHER_SETTINGS,
  searchTexts,
} from '../../test/support/handbook.ts'
import { REQUEST, taskRoom, type TaskRoom } from '../../test/support/taskRoom.ts'
import { onPostgres } from '../../test/support/withDatabase.ts'
import { lastTaskEventId } from '../store/taskEvents.ts'
import { createMediaTask } from './create.ts'
import { deleteEmbeddedBucket } from './deleteBucket.ts'
import { expireTasks } from './expire.ts'
import { getTask } from './get.ts'

const SCRIPT = new URL('../../docs/partitions.sql', import.meta.url)

/** The script of the documentation, as an operator runs it. */
async function divide(url: string): Promise<void> {
  const client = new Client(url)
  await client.connect()
  try {
    await client.query(await readFile(SCRIPT, 'utf8'))
  } finally {
    await client.end()
  }
}

/** No other test gets a database that is divided. */
async function drop(url: string): Promise<void> {
  const { pathname } = new URL(url)
  const client = new Client(url.replace(/[^/]+$/, 'postgres'))
  await client.connect()
  try {
    await client.query(`drop database ${pathname.slice(1)} with (force)`)
  } finally {
    await client.end()
  }
}

async function embedVideo(room: TaskRoom): Promise<string> {
  const source = { received: await room.received('a video') }
  const { id } = await createMediaTask(room.parts, room.account, {
    modelName: 'tiny',
    request: REQUEST,
    source,
  })
  await room.drain()
  return id
}

async function countEmbeddings({ parts }: TaskRoom, id: string): Promise<number> {
  const pages = await Array.fromAsync(parts.results.embeddings(id))
  return pages.flat().length
}

const rowsOf = async (room: TaskRoom, table: string) => {
  const { rows } = await sql<{ part: string; count: number }>`
    select tableoid::regclass::text as part, count(*) as count from ${sql.table(table)}
     group by 1 order by 1`.execute(room.parts.store.read)
  return rows
}

test.runIf(onPostgres)('a database whose large tables are divided is worked on as before', async () => {
  let url = ''
  onTestFinished(() => drop(url))
  const room = await taskRoom()
  url = 'url' in room.location ? room.location.url : expect.fail('this is a test of PostgreSQL')
  await fillHandbook(room)
  await embedBucket(room)
  const before = await embedVideo(room)
  const events = await lastTaskEventId(room.parts.store.read)
  const found = await searchTexts(room, 'a')

  await divide(url)
  await room.restart()
  for (const table of ['embedding', 'modality_sum', 'chunk', 'task_event'])
    for (const { part } of await rowsOf(room, table))
      expect(part).toMatch(new RegExp(`^${table}_(\\d+|rest)$`))
  expect(await searchTexts(room, 'a')).toEqual(found)
  expect(await countEmbeddings(room, before)).toBe(52)

  const later = await embedVideo(room)
  expect(await getTask(room.parts, room.account.id, later)).toMatchObject({ state: 'ready', doneCount: 3 })
  expect(await countEmbeddings(room, later)).toBe(52)
  expect(await lastTaskEventId(room.parts.store.read)).toBeGreaterThan(events)
  await room.put('handbook', 'a.txt', 'aba\n\naab')
  expect(await embedBucket(room)).toMatchObject({ state: 'ready', doneCount: 1, skippedCount: 2 })
  expect(await embedBucket(room, OTHER_SETTINGS)).toMatchObject({ state: 'ready', doneCount: 3 })
  expect(await searchTexts(room, 'a')).toContain('aba')
  expect(await bucketFiles(room)).toHaveLength(3)
  expect(await chunkRows(room)).toHaveLength(5)

  expect(await deleteEmbeddedBucket(room.parts, room.account.id, 'handbook')).toBe(true)
  room.clock.advance(8 * 24 * 3_600_000)
  while ((await expireTasks(room.parts)) > 0);
  for (const table of ['embedding', 'modality_sum', 'chunk']) expect(await rowsOf(room, table)).toEqual([])
  expect(await getTask(room.parts, room.account.id, later)).toBeUndefined()
})
