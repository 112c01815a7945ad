// What group commit and the queue reach on this machine: durable writes of 16 callers against one commit each, and
// items claimed and settled. Rounds of both ways alternate, so that ratios hold on a busy machine too.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Db } from '../src/domain/tables.ts'
import { maxJsonBytes, writeFloats } from '../src/lib/floatJson.ts'
import { systemClock as clock } from '../src/lib/clock.ts'
import { claim } from '../src/queue/claim.ts'
import { enqueue } from '../src/queue/enqueue.ts'
import { settle } from '../src/queue/settle.ts'
import { openStore } from '../src/store/open.ts'
import type { OpenStore } from '../src/store/store.ts'

const CALLERS = 16
const ROUNDS = 7
const WRITES = 1_600
const ITEMS = 1_000
const CLAIMED_AT_ONCE = 20

const folder = await mkdtemp(join(tmpdir(), 'embedline-bench-'))
const store = await openStore({ file: join(folder, 'embedline.db'), clock })
try {
  await store.write(addAccount)
  const grouped: number[] = []
  const single: number[] = []
  const settled: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    grouped.push(await rate(WRITES, () => writeBy(store, CALLERS)))
    single.push(await rate(WRITES, () => writeBy(store, 1)))
    await addItems(store, round)
    settled.push(await rate(ITEMS, () => claimAndSettle(store)))
  }
  print('durable writes, 16 callers in one commit', median(grouped))
  print('durable writes, one commit each', median(single))
  console.log(`ratio ${(median(grouped) / median(single)).toFixed(1)} (wanted: 2.4 or more)`)
  print(`items claimed by ${CLAIMED_AT_ONCE} and settled, each by a write of its own`, median(settled))
  print('float32 numbers to JSON', await rate(5_120_000, encode))
} finally {
  await store.close()
  await rm(folder, { recursive: true })
}

async function addAccount(db: Db) {
  await db.insertInto('account').values({ id: 'a', name: 'a', user_id: 'a', created_ms: 0 }).execute()
}

/** An item is what most transactions write: a row, four indexes and the turn. */
function addItem(db: Db, key: string) {
  return enqueue(db, 0, [
    { accountId: 'a', kind: 'slice', assetId: 'asset', key, lane: 1, dueMs: 0, payload: {} },
  ])
}

async function writeBy({ write }: OpenStore, callers: number) {
  let left = WRITES
  const call = async () => {
    while (left-- > 0) await write((db) => addItem(db, crypto.randomUUID()))
  }
  await Promise.all(Array.from({ length: callers }, call))
  await write((db) => db.deleteFrom('item').execute())
}

async function addItems({ write }: OpenStore, round: number) {
  await write(async (db) => {
    for (let item = 0; item < ITEMS; item++) await addItem(db, `${round} ${item}`)
  })
}

async function claimAndSettle({ write }: OpenStore) {
  for (let left = ITEMS; left > 0; left -= CLAIMED_AT_ONCE) {
    const { items } = await write((db) =>
      claim(db, {
        worker: 'bench',
        lanes: [0, 1, 2],
        kinds: ['slice'],
        limit: CLAIMED_AT_ONCE,
        alone: false,
        nowMs: 1,
        leaseUntilMs: 2,
      }),
    )
    await Promise.all(items.map((item) => write((db) => settle(db, item, { state: 'done', nowMs: 1 }))))
  }
}

async function encode() {
  const vector = Float32Array.from({ length: 512 }, (_, index) => Math.sin(index * 1.7) / 16)
  const target = new Uint8Array(maxJsonBytes(vector.length))
  for (let count = 0; count < 10_000; count++) writeFloats(vector, target, 0)
}

/** How many a second. */
async function rate(count: number, work: () => Promise<void>): Promise<number> {
  const startMs = performance.now()
  await work()
  return (count * 1000) / (performance.now() - startMs)
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0
}

function print(what: string, perSecond: number) {
  console.log(`${Math.round(perSecond).toLocaleString('en').padStart(12)} /s  ${what}`)
}
