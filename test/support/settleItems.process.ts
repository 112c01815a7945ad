// Settles the slice items of the database whose location is the argument, as JSON, sixteen at once, until it is killed. Each line on
// stdout acknowledges one: what it names was committed before.
import { startDispatcher } from '../../src/queue/dispatcher.ts'
import { releaseAll } from '../../src/queue/release.ts'
import { settle } from '../../src/queue/settle.ts'
import { systemClock as clock } from '../../src/lib/clock.ts'
import { insertSums } from '../../src/store/embeddings.ts'
import type { StoreLocation } from '../../src/store/location.ts'
import { openStore } from '../../src/store/open.ts'
import { countSettled } from '../../src/store/taskProgress.ts'

process.stdout.write('starting\n')
const store = await openStore({ ...(JSON.parse(process.argv[2] ?? '') as StoreLocation), clock })
await store.write((db) => releaseAll(db, clock.nowMs()))

startDispatcher({
  write: store.write,
  worker: `process ${process.pid}`,
  rooms: (held) => [{ kinds: ['slice'], lanes: [1], free: 16 - held.length }],
  async handle({ id, attempt, worker, taskId = '' }) {
    const nowMs = clock.nowMs()
    const isSettled = await store.write(async (db) => {
      if (!(await settle(db, { id, attempt, worker }, { state: 'done', nowMs }))) return false
      const sum = {
        modality: 'visual',
        space: 'image',
        weightSec: 1,
        endMs: id,
        sum: Float64Array.of(id),
      } as const
      await insertSums(db, taskId, id, [sum])
      await countSettled(db, taskId, { outcome: 'done', nowMs })
      return true
    })
    if (isSettled) process.stdout.write(`settled ${id}\n`)
  },
  onError(error) {
    throw error
  },
  clock,
  pollMs: 20,
})
