import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { TestServer } from '../../support/withServer.ts'
import type { Answer } from '../rule.ts'
import { asks, type Asks } from './ask.ts'

/** Two servers with buckets: one where all tasks have ended, one that only takes tasks and never works on them. */
export interface World extends Asks {
  url: string
  /** Of a web site of three pages, one of which is missing. */
  site: string
  /** Of the tasks that ended, by their buckets. */
  tasks: Readonly<Record<string, string>>
  idle: Asks & { tasks: Readonly<Record<string, string>> }
  /** Writes a file into a bucket of the first server. */
  write(bucket: string, key: string, content: string | Uint8Array): Promise<void>
  /** Embeds a bucket of the first server and waits for the end. */
  embed(bucket: string, fields?: object): Promise<Answer>
  /** Crawls the site into a bucket of the first server and waits for the end. */
  crawl(bucket: string, path?: string): Promise<Answer>
}

export const ODD_KEY = 'Größe/日本語 100%25 #1?.txt'

export const REFUNDS = 'Refunds are paid within ten days of approval, to the card that was charged.'

const TEXTS: Readonly<Record<string, string>> = {
  'policy/refunds.txt': REFUNDS,
  'policy/shipping.md':
    '# Shipping\n\nParcels leave the warehouse on the same day.\n\n## Abroad\n\nCustoms may take a week.',
  'faq.html':
    '<html><head><title>Questions</title></head><body><article><h1>Questions</h1><p>The office in Lisbon opens at nine in the morning and closes at six in the evening.</p></article></body></html>',
  'prices.csv': 'product,price\nlamp,12\nchair,49\n',
  [ODD_KEY]: 'A key may hold any character that a file name can hold.',
}

// The first bytes of a picture: a type that no reader knows.
const PICTURE = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')

const ARTICLE = JSON.stringify({
  id: '1',
  title: 'Passwords',
  body: '<h2>Reset</h2><p>Press the key symbol to get a new password.</p>',
  url: 'https://help.example.org/passwords',
})

/** Files by bucket. */
const BUCKETS: Readonly<Record<string, Readonly<Record<string, string | Uint8Array>>>> = {
  handbook: TEXTS,
  mixed: { 'good.txt': REFUNDS, 'picture.png': PICTURE },
  ruined: { 'picture.png': PICTURE },
  empty: {},
  site: {},
  'no-pages': {},
  beside: { 'own.txt': 'A file of its own.' },
  articles: { 'passwords.json': ARTICLE },
  spare: { 'one.txt': 'One text.', 'two.txt': 'Another text.' },
}

/** Fills the buckets, embeds them and waits for every end. */
export async function makeWorld(server: TestServer, idle: TestServer, site: string): Promise<World> {
  const own = asks(server.url, server.key)
  const world: World = {
    ...own,
    url: server.url,
    site,
    tasks: {},
    idle: { ...asks(idle.url, idle.key), tasks: {} },
    write: (bucket, key, content) => writeObject(server, bucket, key, content),
    embed: (bucket, fields = {}) => untilEnd(own, '/embeddings', { bucket_name: bucket, ...fields }),
    crawl: (bucket, path = '/') =>
      untilEnd(own, '/embeddings/url', { bucket_name: bucket, url: site + path }),
  }
  for (const [bucket, files] of Object.entries(BUCKETS)) {
    await mkdir(join(server.dataFolder, 'buckets', bucket), { recursive: true })
    for (const [key, content] of Object.entries(files)) await world.write(bucket, key, content)
  }
  for (const bucket of ['spare', 'handbook', 'mixed', 'ruined', 'empty'])
    Object.assign(world.tasks, { [bucket]: idOf(await world.embed(bucket)) })
  Object.assign(world.tasks, { articles: idOf(await world.embed('articles', { loader: 'intercom' })) })
  for (const bucket of ['waiting-a', 'waiting-b']) {
    await writeObject(idle, bucket, 'one.txt', 'One text.')
    const created = await world.idle.post('/embeddings', { bucket_name: bucket })
    Object.assign(world.idle.tasks, { [bucket]: idOf(created) })
  }
  await writeObject(idle, 'waiting-site', 'one.txt', 'One text.')
  return world
}

async function writeObject(
  { dataFolder }: TestServer,
  bucket: string,
  key: string,
  content: string | Uint8Array,
): Promise<void> {
  const path = join(dataFolder, 'buckets', bucket, key)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
}

const POLL_MS = 30

async function untilEnd(own: Asks, path: string, body: object): Promise<Answer> {
  const created = await own.post(path, body)
  for (;;) {
    const answer = await own.get(`/embeddings/${idOf(created)}`)
    const { data } = answer.body as { data: { status: string } }
    if (!['queued', 'processing'].includes(data.status)) return answer
    await new Promise((wake) => setTimeout(wake, POLL_MS))
  }
}

export const idOf = ({ body }: Answer): string => {
  const { data } = body as { data?: { task_id: string } }
  if (!data) throw new Error(`no task was made: ${JSON.stringify(body)}`)
  return data.task_id
}
