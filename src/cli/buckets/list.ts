import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { findServer, SERVER_FLAGS, type ServerCalls } from '../serverCalls.ts'
import { aligned } from '../table.ts'
import { type ListedFile, listFiles } from './files.ts'
import { EMBEDDINGS_PATH } from './paths.ts'

interface ListedBucket {
  name: string
  embedded: boolean
}

export const list: Command = {
  usage: 'buckets list [bucket] [flags]',
  description:
    'Lists the buckets and says which are embedded; with a bucket, its files with their states and, where one could not\n' +
    'be embedded, why.',
  flags: SERVER_FLAGS,
  operandLimit: 1,
  async run({ values, switches, operands }, output) {
    const server = await findServer({ values })
    const [bucket] = operands
    const isJson = switches.has('json')
    if (bucket === undefined) {
      const buckets = await listBuckets(server)
      output.write(isJson ? json({ buckets }) : bucketTable(buckets))
    } else {
      const files = await listFiles(server, bucket)
      output.write(isJson ? json({ bucket, files }) : fileTable(files))
    }
    return EXIT.done
  },
}

const json = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`

async function listBuckets(server: ServerCalls): Promise<ListedBucket[]> {
  const [there, embedding] = await Promise.all([
    server.call('GET', '/api/buckets') as Promise<{ buckets: string[] }>,
    server.call('GET', `${EMBEDDINGS_PATH}/buckets`) as Promise<{ data: { buckets: string[] } }>,
  ])
  const embedded = new Set(embedding.data.buckets)
  return [...new Set([...there.buckets, ...embedded])]
    .toSorted()
    .map((name) => ({ name, embedded: embedded.has(name) }))
}

const bucketTable = (buckets: readonly ListedBucket[]): string =>
  buckets.length === 0
    ? 'There is no bucket yet: embedline buckets put <bucket> <folder>\n'
    : aligned([
        ['bucket', 'embedded'],
        ...buckets.map(({ name, embedded }) => [name, embedded ? 'yes' : 'no']),
      ])

const fileTable = (files: readonly ListedFile[]): string =>
  aligned([
    ['file', 'status', 'bytes', 'chunks', 'last embedded', 'reason'],
    ...files.map((file) => [
      file.key,
      file.status,
      String(file.size_bytes),
      String(file.chunks),
      file.last_embedded_at ?? '-',
      file.error_reason ?? '',
    ]),
  ])
