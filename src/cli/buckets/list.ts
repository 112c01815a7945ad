import type { Command, Output } from '../command.ts'
import { EXIT } from '../exit.ts'
import { findServer, SERVER_FLAGS } from '../serverCalls.ts'
import { aligned } from '../table.ts'
import { type EmbeddedFile, embeddedFiles } from './files.ts'
import { EMBEDDINGS_PATH } from './paths.ts'

export const list: Command = {
  usage: 'buckets list [bucket] [flags]',
  description:
    'Lists the embedded buckets; with a bucket, its files with their states and, where one could not be embedded, why.',
  flags: SERVER_FLAGS,
  operandLimit: 1,
  async run({ values, switches, operands }, output) {
    const server = await findServer({ values })
    const [bucket] = operands
    if (bucket !== undefined) {
      const files = await embeddedFiles(server, bucket)
      output.write(
        switches.has('json') ? `${JSON.stringify({ bucket, files }, undefined, 2)}\n` : fileTable(files),
      )
      return EXIT.done
    }
    const { data } = (await server.call('GET', `${EMBEDDINGS_PATH}/buckets`)) as {
      data: { buckets: string[] }
    }
    if (switches.has('json')) output.write(`${JSON.stringify(data, undefined, 2)}\n`)
    else printNames(data.buckets, output)
    return EXIT.done
  },
}

function printNames(buckets: readonly string[], output: Output): void {
  if (buckets.length === 0) output.write('No bucket is embedded yet: embedline buckets embed <bucket>\n')
  for (const bucket of buckets) output.write(`${bucket}\n`)
}

const fileTable = (files: readonly EmbeddedFile[]): string =>
  aligned([
    ['file', 'status', 'last embedded', 'reason'],
    ...files.map(({ filename, status, last_embedded_at: lastEmbedded = '-', error_reason: reason = '' }) => [
      filename,
      status,
      lastEmbedded,
      reason,
    ]),
  ])
