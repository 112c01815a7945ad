import { Client } from 'pg'
import type { Driver } from './driver.ts'
import { fromHere } from './package.ts'

interface GraphileWorker {
  Logger: new (make: () => () => void) => unknown
  run: (options: object) => Promise<{ stop(): Promise<void> }>
  runMigrations: (options: object) => Promise<void>
}

const { Logger, run, runMigrations } = await fromHere<GraphileWorker>('graphile-worker')
const logger = new Logger(() => () => {})

export const graphileDriver = (settings: (claimSize: number) => object): Driver => ({
  async fill(url, count) {
    await runMigrations({ connectionString: url, logger })
    await ask(
      url,
      `select graphile_worker.add_jobs(array(
         select row('nothing', '{}', null, now(), 25, null, 0, null)::graphile_worker.job_spec
           from generate_series(1, ${count})))`,
    )
  },

  work: ({ url, claimSize, handle }) =>
    run({
      connectionString: url,
      logger,
      noHandleSignals: true,
      taskList: { nothing: handle },
      preset: {
        worker: {
          connectionString: url,
          logger,
          concurrentJobs: claimSize,
          maxPoolSize: Math.min(claimSize + 2, 20),
          ...settings(claimSize),
        },
      },
      concurrency: claimSize,
      maxPoolSize: Math.min(claimSize + 2, 20),
    }),

  isAnyLeft: async (url) =>
    (await ask(url, 'select 1 from graphile_worker._private_jobs limit 1')).length > 0,
})

async function ask(url: string, statement: string): Promise<readonly unknown[]> {
  const client = new Client(url)
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}
