// How often a large input is read from the store when several workers embed it: a video of ten minutes and a gigabyte, cut
// into ten items, four workers in processes of their own with nothing in their caches. Asked: at most twice its size.
// `npm run bench -- inputs [megabytes]`
import { copyFile, mkdtemp, open, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { client, finished, uploadAsset } from '../test/support/client.ts'
import { scenes } from '../test/support/madeMedia.ts'
import { startPostgres } from '../test/support/postgresServer.ts'
import { s3Server } from '../test/support/s3Server.ts'
import { startServerProcess, type ServerProcess } from '../test/support/serverProcess.ts'

const SIZE_BYTES = Number(process.argv[2] ?? 1_000) * 1e6
const WORKERS = 4
const MOST = 2

const folder = await mkdtemp(join(tmpdir(), 'embedline-bench-'))
const postgres = await startPostgres([])
const store = await s3Server()
const processes: ServerProcess[] = []
try {
  await postgres.createDatabase('bench')
  const start = async (command: 'serve' | 'worker', flags: readonly string[] = []) => {
    const shared = ['--database-url', `${postgres.url}/bench`, '--storage-url', 's3://stored/bench', ...flags]
    const name = join(folder, `${command} ${processes.length}`)
    const each = await startServerProcess(name, shared, { command, environment: store.environment })
    processes.push(each)
    return each
  }
  const server = await start('serve', ['--compute', '0'])
  for (let worker = 0; worker < WORKERS; worker++) await start('worker')
  const one = client(server.url)
  const { id: assetId } = await uploadAsset(one, await largeVideo())
  console.log(`an input of ${SIZE_BYTES / 1e6} MB, ${WORKERS} workers`)
  console.log('task | seconds | items by worker | read so far, times the size')
  for (const option of ['visual', 'audio'] as const) {
    const startMs = performance.now()
    const { id } = await one.embed.v2.tasks.create({
      inputType: 'video',
      modelName: 'marengo3.0',
      video: { mediaSource: { assetId }, embeddingOption: [option], embeddingScope: ['clip'] },
    })
    const { status } = await finished(one, id)
    const seconds = (performance.now() - startMs) / 1000
    if (status !== 'ready') throw new Error(`the task ended as ${status}`)
    console.log([option, seconds.toFixed(1), await sharesOf(server, id), times()].join(' | '))
  }
  const isEnough = store.readBytes <= MOST * SIZE_BYTES
  console.log(`${isEnough ? 'reached' : 'NOT REACHED'}: at most ${MOST} times the size`)
  if (!isEnough) process.exitCode = 1
} finally {
  for (const each of processes.toReversed()) await each.end('SIGTERM')
  await store.close()
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
}
// The package of PostgreSQL holds on to the process.
process.exit()

function times(): string {
  return (store.readBytes / SIZE_BYTES).toFixed(2)
}

/** A video with a box behind it that players skip; the box is a hole in the file. */
async function largeVideo(): Promise<string> {
  const path = join(folder, 'large.mp4')
  await copyFile(await scenes(600), path)
  const { size } = await stat(path)
  const file = await open(path, 'r+')
  const header = Buffer.alloc(8)
  header.writeUInt32BE(SIZE_BYTES - size)
  header.write('free', 4)
  await file.write(header, 0, 8, size)
  await file.truncate(SIZE_BYTES)
  await file.close()
  return path
}

/** How many slices each worker did, the most first. */
async function sharesOf({ url }: ServerProcess, task: string): Promise<string> {
  const answer = await fetch(`${url}/api/tasks/${task}/items?kind=slice`, {
    headers: { 'x-api-key': 'key-of-one' },
  })
  const { items } = (await answer.json()) as { items: { worker: string }[] }
  const groups = Map.groupBy(items, ({ worker }) => worker)
  return [...groups.values()]
    .map(({ length }) => length)
    .toSorted((a, b) => b - a)
    .join(' + ')
}
