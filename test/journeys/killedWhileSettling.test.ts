import { sql } from 'kysely'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { addPlannedItems } from '../../src/store/taskProgress.ts'
import { isLongForm } from '../support/longForm.ts'
import { addItems, addTask, itemRows } from '../support/queueItems.ts'
import { openStoreAt } from '../support/withDatabase.ts'
import { withStore, type StoreForTest } from '../support/withStore.ts'

const SETTLER = fileURLToPath(new URL('../support/settleItems.process.ts', import.meta.url))
// More of them by EMBEDLINE_CHAOS_KILLS.
const KILLS = Number(process.env['EMBEDLINE_CHAOS_KILLS'] ?? (isLongForm ? 15 : 5))
const OPEN_ITEMS = 1_200

interface Settled {
  id: number
  state: string
}

/** Runs a process that settles items, kills it at its `lines`th line, and returns the items it acknowledged. */
async function settleUntil({ location, folder }: StoreForTest, lines: number): Promise<number[]> {
  const child = spawn(process.execPath, [SETTLER, JSON.stringify(location)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') },
  })
  const exited = once(child, 'exit')
  const acknowledged: number[] = []
  let seen = 0
  for await (const line of createInterface({ input: child.stdout })) {
    const [, id] = /^settled (\d+)$/.exec(line) ?? []
    if (id !== undefined) acknowledged.push(Number(id))
    // Lines written before the kill arrived still come: they count like all others.
    if (++seen === lines) child.kill('SIGKILL')
  }
  expect(await exited).toEqual([null, 'SIGKILL'])
  return acknowledged
}

async function addOpenItems(parts: StoreForTest, round: number) {
  const open = (await itemRows(parts.store.read)).filter(({ state }) => state !== 'done').length
  const keys = Array.from({ length: Math.max(0, OPEN_ITEMS - open) }, (_, index) => `${round} ${index}`)
  await addItems(parts, keys, { taskId: 'task', dueMs: 0 })
  await parts.store.write((db) => addPlannedItems(db, 'task', { count: keys.length, nowMs: 0 }))
}

async function settledItems({ store }: StoreForTest): Promise<Settled[]> {
  const { rows: integrity } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(
    store.read,
  )
  expect(integrity).toEqual([{ integrity_check: 'ok' }])
  const { rows } = await sql<Settled>`select id, state from item where state = 'done'`.execute(store.read)
  return rows
}

/** A number from 1 to 300, mostly small: the same ones in every run (xorshift32, Marsaglia 2003). */
function* killMoments(): Generator<number, never> {
  let state = 2_463_534_242
  for (;;) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    yield 1 + Math.floor(300 * ((state >>> 0) / 2 ** 32) ** 2)
  }
}

test(
  `a process that settles items is killed ${KILLS} times: nothing acknowledged is lost, nothing is settled twice`,
  () =>
    withStore(async (parts) => {
      await addTask(parts, 'task')
      const moments = killMoments()
      const acknowledged: number[] = []
      for (let round = 0; round < KILLS; round++) {
        await addOpenItems(parts, round)
        // The dead process leaves its files to a new connection, as after a real restart.
        await parts.store.close()
        acknowledged.push(...(await settleUntil(parts, moments.next().value)))
        parts = { ...parts, store: await openStoreAt(parts.location, parts.clock) }
        const settled = new Set((await settledItems(parts)).map(({ id }) => id))
        expect(acknowledged.filter((id) => !settled.has(id))).toEqual([])
      }
      const settled = await settledItems(parts)
      expect(new Set(acknowledged).size).toBe(acknowledged.length)
      const task = await parts.store.read.selectFrom('task').selectAll().executeTakeFirstOrThrow()
      const sums = await parts.store.read.selectFrom('modality_sum').select('slice_index').execute()
      const open = (await itemRows(parts.store.read)).filter(({ state }) => state !== 'done')
      expect({ done: task.done_count, sums: sums.length, open: task.open_count }).toEqual({
        done: settled.length,
        sums: settled.length,
        open: open.length,
      })
      expect(open.filter(({ state }) => state === 'failed')).toEqual([])
      await parts.store.close()
    }),
  240_000,
)
