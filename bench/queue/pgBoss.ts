import type { Driver } from './driver.ts'
import { fromHere } from './package.ts'

interface Boss {
  start(): Promise<unknown>
  stop(options: object): Promise<void>
  createQueue(name: string): Promise<void>
  insert(name: string, jobs: readonly object[]): Promise<unknown>
  fetch(name: string, options: object): Promise<readonly { id: string }[]>
  complete(name: string, ids: string[]): Promise<unknown>
  getQueueStats(name: string): Promise<readonly { queuedCount: number; activeCount: number }[]>
  on(event: 'error', listener: (error: unknown) => void): unknown
}

const { PgBoss } = await fromHere<{ PgBoss: new (options: object) => Boss }>('pg-boss')

const QUEUE = 'nothing'
const AT_ONCE = 5_000

const open = async (url: string): Promise<Boss> => {
  const boss = new PgBoss({ connectionString: url, supervise: false, schedule: false })
  boss.on('error', (error) => console.error(error))
  await boss.start()
  return boss
}

/**
 * Loops of fetch and complete, which its documentation has beside `work`: that one asks every half second at most, and
 * would come to two batches a second.
 */
export const driver: Driver = {
  async fill(url, count) {
    const boss = await open(url)
    await boss.createQueue(QUEUE)
    for (let first = 0; first < count; first += AT_ONCE)
      await boss.insert(
        QUEUE,
        Array.from({ length: Math.min(AT_ONCE, count - first) }, () => ({ data: {} })),
      )
    await boss.stop({ graceful: false })
  },

  async work({ url, claimSize, handle }) {
    const boss = await open(url)
    let isStopping = false
    const loop = async () => {
      while (!isStopping) {
        const jobs = await boss.fetch(QUEUE, { batchSize: claimSize })
        if (jobs.length === 0) await new Promise((wake) => setTimeout(wake, 20))
        else {
          await Promise.all(jobs.map(handle))
          await boss.complete(
            QUEUE,
            jobs.map(({ id }) => id),
          )
        }
      }
    }
    // With one job at a time there is one loop; else the next are fetched while the last are completed.
    const loops = Array.from({ length: claimSize === 1 ? 1 : 2 }, loop)
    return {
      async stop() {
        isStopping = true
        await Promise.all(loops)
        await boss.stop({ graceful: false })
      },
    }
  },

  async isAnyLeft(url) {
    const { Client } = await import('pg')
    const client = new Client(url)
    await client.connect()
    const { rows } = await client.query(
      `select 1 from pgboss.job where name = '${QUEUE}' and state < 'completed' limit 1`,
    )
    await client.end()
    return rows.length > 0
  },
}
