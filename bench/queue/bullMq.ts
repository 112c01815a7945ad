import type { Driver } from './driver.ts'
import { fromHere } from './package.ts'

interface Queue {
  addBulk(jobs: readonly object[]): Promise<unknown>
  getJobCounts(...states: string[]): Promise<Record<string, number>>
  close(): Promise<void>
}

interface BullMq {
  Queue: new (name: string, options: object) => Queue
  Worker: new (name: string, handle: () => Promise<void>, options: object) => { close(): Promise<void> }
}

const bull = await fromHere<BullMq>('bullmq')

const QUEUE = 'nothing'
const AT_ONCE = 5_000

const connection = (url: string) => ({ host: '127.0.0.1', port: Number(new URL(url).port) })

const withQueue = async <T>(url: string, use: (queue: Queue) => Promise<T>): Promise<T> => {
  const queue = new bull.Queue(QUEUE, { connection: connection(url) })
  try {
    return await use(queue)
  } finally {
    await queue.close()
  }
}

/** Redis has no batches: `concurrency` stands for the size of a claim. */
export const driver: Driver = {
  fill: (url, count) =>
    withQueue(url, async (queue) => {
      for (let first = 0; first < count; first += AT_ONCE)
        await queue.addBulk(
          Array.from({ length: Math.min(AT_ONCE, count - first) }, () => ({ name: 'nothing', data: {} })),
        )
    }),

  async work({ url, claimSize, handle }) {
    const worker = new bull.Worker(QUEUE, handle, {
      connection: { ...connection(url), maxRetriesPerRequest: null },
      concurrency: claimSize,
      removeOnComplete: { count: 0 },
    })
    return { stop: () => worker.close() }
  },

  isAnyLeft: (url) =>
    withQueue(url, async (queue) => {
      const counts = await queue.getJobCounts('waiting', 'active')
      return Object.values(counts).some((count) => count > 0)
    }),
}
