import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureAccount } from '../src/store/accounts.ts'
import { insertKey } from '../src/store/apiKeys.ts'
import { openStore } from '../src/store/open.ts'
import { systemClock } from '../src/lib/clock.ts'
import { makeLogger } from '../src/lib/logger.ts'
import { authenticate, hashKey } from '../src/tasks/authenticate.ts'

// What telling who asks costs each request, with few keys and with many: whether it needs a cache.
const COUNTS = [10, 10_000]
const ROUNDS = 7
const ASKED = 2_000

const folder = await mkdtemp(join(tmpdir(), 'embedline-bench-'))
const store = await openStore({ file: join(folder, 'embedline.db'), clock: systemClock })
const logger = makeLogger({ write: () => {}, clock: systemClock, level: 'error' })
const parts = { store, clock: systemClock, logger }
const account = await store.write((db) =>
  ensureAccount(db, { name: 'bench', id: 'bench', userId: 'bench', nowMs: Date.now() }),
)

let made = 0
for (const count of COUNTS) {
  while (made < count) {
    const from = made
    made = Math.min(count, from + 500)
    await store.write(async (db) => {
      for (let at = from; at < made; at++) {
        const facts = { name: `key ${at}`, hint: '', scopes: ['read'] as const, createdMs: Date.now() }
        const key = { id: String(at), accountId: account.id, source: 'made' as const, ...facts }
        await insertKey(db, key, hashKey(`secret ${at}`))
      }
    })
  }
  const valid = await median(() => authenticate(parts, `secret ${Math.floor(Math.random() * count)}`, 'no'))
  const wrong = await median(() => authenticate(parts, 'no such key', 'no').catch(() => undefined))
  console.log(`${count} keys: ${valid.toFixed(1)} µs for a valid one, ${wrong.toFixed(1)} µs for none`)
}
await store.close()
await rm(folder, { recursive: true })

/** Microseconds of one call. */
async function median(work: () => Promise<unknown>): Promise<number> {
  const rounds: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    for (let at = 0; at < ASKED; at++) await work()
    rounds.push(((performance.now() - start) * 1000) / ASKED)
  }
  return rounds.toSorted((one, other) => one - other)[Math.floor(ROUNDS / 2)] ?? 0
}
