import { EmbedlineError } from '../../domain/errors.ts'
import type { Command, Flag } from '../command.ts'
import { EXIT } from '../exit.ts'
import { findServer, SERVER_FLAGS } from '../serverCalls.ts'
import { aligned } from '../table.ts'
import { wholeNumber } from '../wholeNumber.ts'
import { bucketOf, EMBEDDINGS_PATH } from './paths.ts'

const FLAGS: readonly Flag[] = [
  { name: 'limit', placeholder: 'count', meaning: 'How many chunks, 1 to 100 [default 5].' },
  { name: 'hybrid', meaning: 'Lets equal words count besides the vectors.' },
  { name: 'filter', placeholder: 'pattern', meaning: 'Only in files whose names fit: `policy/*.pdf`.' },
  { name: 'min-certainty', placeholder: 'number', meaning: 'Leaves out what is less certain, 0 to 1.' },
]

const SHOWN_CHARACTERS = 72

interface Hit {
  document_chunk: string
  distance: number
  metadata: { filename: string; certainty: number; loader_metadata: Readonly<Record<string, unknown>> }
}

export const search: Command = {
  usage: 'buckets search <bucket> <query> [flags]',
  description:
    'Finds the chunks of an embedded bucket that are nearest to the words of the query, best first.',
  flags: [...FLAGS, ...SERVER_FLAGS],
  operandLimit: Number.POSITIVE_INFINITY,
  async run({ values, switches, operands }, output) {
    const order = orderOf({ values, switches, operands })
    const server = await findServer({ values })
    const { data } = (await server.call('POST', `${EMBEDDINGS_PATH}/similarity-search`, { json: order })) as {
      data: Hit[]
    }
    if (switches.has('json')) output.write(`${JSON.stringify({ hits: data }, undefined, 2)}\n`)
    else output.write(data.length === 0 ? 'Nothing was found.\n' : hitTable(data))
    return EXIT.done
  },
}

function orderOf({ values, switches, operands }: Parameters<Command['run']>[0]): object {
  const bucket = bucketOf(operands)
  const query = operands.slice(1).join(' ')
  if (query === '') throw new EmbedlineError('request_invalid', 'which words?')
  const filter = values.get('filter')
  const certainty = values.get('min-certainty')
  return {
    bucket_name: bucket,
    query,
    num_of_docs: wholeNumber('limit', values.get('limit') ?? '5', 1, 100),
    ...(switches.has('hybrid') && { hybrid: true }),
    ...(filter !== undefined && { filter }),
    ...(certainty !== undefined && { min_certainty: share('min-certainty', certainty) }),
  }
}

function share(flag: string, text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (value >= 0 && value <= 1) return value
  throw new EmbedlineError('request_invalid', `--${flag} is "${text}", expected a number from 0 to 1`)
}

const hitTable = (hits: readonly Hit[]): string =>
  aligned([
    ['certainty', 'file', 'where', 'text'],
    ...hits.map(({ document_chunk: text, metadata }) => [
      metadata.certainty.toFixed(3),
      metadata.filename,
      Object.entries(metadata.loader_metadata)
        .map(([name, value]) => `${name} ${String(value)}`)
        .join(', '),
      shortened(text),
    ]),
  ])

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length <= SHOWN_CHARACTERS ? line : `${line.slice(0, SHOWN_CHARACTERS - 1).trimEnd()}…`
}
