import { OpenAI } from 'openai'
import type { TestServer } from '../../support/withServer.ts'
import { asks, type Asks } from './ask.ts'

/** Two servers: one where all batches have ended, one that only takes them and never works on them. */
export interface World extends Asks {
  url: string
  otherKey: string
  /** Ids of files and batches that are there, by what they are. */
  ids: Readonly<Record<string, string>>
  idle: Asks
  /** Uploads a file on the idle server and makes a batch of it; its id. */
  waiting: () => Promise<string>
}

export const MODEL = 'text-embedding-3-small'

/** A line of a batch's file; fields replace those that it has. */
export const line = (name: string, body: object = {}, fields: object = {}): string =>
  JSON.stringify({
    custom_id: name,
    method: 'POST',
    url: '/v1/embeddings',
    body: { model: MODEL, input: `the text of ${name}`, ...body },
    ...fields,
  })

/** The files of batches that have ended. */
const FILES: Readonly<Record<string, string>> = {
  good: [
    line('a'),
    line('b', { encoding_format: 'base64', dimensions: 64 }),
    line('c', { input: ['x', 'y'] }),
  ].join('\n'),
  mixed: [
    line('a'),
    line('empty', { input: '' }),
    line('long', { input: 'w '.repeat(8193) }),
    line('z'),
  ].join('\n'),
  ruined: [line('empty', { input: '' }), line('many', { dimensions: 9999 })].join('\n'),
  odd: `\uFEFF${[line('a'), '', line('b')].join('\r\n')}\r\n\r\n`,
  nothing: '',
  broken: [line('a'), '{"custom_id":', line('b')].join('\n'),
  repeated: [line('a'), line('b'), line('a')].join('\n'),
  models: [line('a'), line('b', { model: 'text-embedding-3-large' })].join('\n'),
  strange: line('a', { model: 'gpt-4' }),
  chat: line('a', {}, { url: '/v1/chat/completions' }),
  nameless: line('a', {}, { custom_id: undefined }),
  get: line('a', {}, { method: 'GET' }),
}

const file = (content: string, name = 'requests.jsonl') => new File([content], name)

const POLL_MS = 50

export async function makeWorld(server: TestServer, idle: TestServer): Promise<World> {
  const clientOf = ({ url, key }: TestServer) =>
    new OpenAI({ apiKey: key, baseURL: `${url}/v1`, maxRetries: 0 })
  const batchOf = async (client: OpenAI, content: string) => {
    const { id } = await client.files.create({ file: file(content), purpose: 'batch' })
    const batch = await client.batches.create({
      input_file_id: id,
      endpoint: '/v1/embeddings',
      completion_window: '24h',
      metadata: { job: 'nightly' },
    })
    return { file: id, batch: batch.id }
  }
  const client = clientOf(server)
  const ids: Record<string, string> = {}
  for (const [name, content] of Object.entries(FILES)) {
    const made = await batchOf(client, content)
    Object.assign(ids, { [name]: made.batch, [`${name}.file`]: made.file })
  }
  for (const name of Object.keys(FILES))
    for (;;) {
      const batch = await client.batches.retrieve(ids[name] ?? '')
      Object.assign(ids, { [`${name}.output`]: batch.output_file_id, [`${name}.error`]: batch.error_file_id })
      if (['completed', 'failed'].includes(batch.status)) break
      await new Promise((wake) => setTimeout(wake, POLL_MS))
    }
  return {
    ...asks(server.url, server.key),
    url: server.url,
    otherKey: server.otherKey,
    ids,
    idle: asks(idle.url, idle.key),
    waiting: async () => (await batchOf(clientOf(idle), line('a'))).batch,
  }
}

export const idIn = ({ ids }: World, name: string): string => ids[name] ?? ''
