import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { client, finished, uploadAsset } from '../../../test/support/client.ts'
import { runCommand } from '../../../test/support/commandRun.ts'
import { databaseRows } from '../../../test/support/databaseRows.ts'
import { freshDatabase, withClient } from '../../../test/support/freshDatabase.ts'
import { scenes } from '../../../test/support/madeMedia.ts'
import { s3Server, S3_CREDENTIALS, type S3Server } from '../../../test/support/s3Server.ts'
import { temporaryFolder } from '../../../test/support/temporaryFolder.ts'
import { contentOf, md5, partsOf, UPLOADS, type UploadBody } from '../../../test/support/uploads.ts'
import { onPostgres } from '../../../test/support/withDatabase.ts'
import { withServer, type TestServer } from '../../../test/support/withServer.ts'
import { systemClock } from '../../lib/clock.ts'
import { openStore } from '../../store/open.ts'
import { move } from './move.ts'

let store: S3Server
beforeAll(async () => {
  if (!onPostgres) return
  for (const [name, value] of Object.entries(S3_CREDENTIALS)) vi.stubEnv(name, value)
  store = await s3Server()
})
afterAll(async () => {
  await store?.close()
  vi.unstubAllEnvs()
})

const call = async (server: TestServer, method: string, path: string, body?: object): Promise<unknown> => {
  const response = await server.fetch(path, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return response.status === 204 ? undefined : response.json()
}

const sendFile = async (server: TestServer, path: string, fields: Record<string, string | Blob>) => {
  const body = new FormData()
  for (const [name, value] of Object.entries(fields))
    if (typeof value === 'string') body.set(name, value)
    else body.set(name, value, 'requests.jsonl')
  return (await (await server.fetch(path, { method: 'POST', body })).json()) as { id: string }
}

async function until<T>(ask: () => Promise<T>, isEnough: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (isEnough(answer)) return answer
    await new Promise((wake) => setTimeout(wake, 50))
  }
}

const LINE = {
  method: 'POST',
  url: '/v1/embeddings',
  body: { model: 'text-embedding-3-small', input: 'dogs' },
}

/** Video, documents, a batch, keys, an upload that is not complete and a task that waits, by a real server. */
async function fill(server: TestServer) {
  const one = client(server.url)
  const { id: assetId } = await uploadAsset(one, await scenes(6))
  const order = {
    inputType: 'video',
    modelName: 'marengo3.0',
    video: { mediaSource: { assetId } },
  } as const
  const taskId = (await one.embed.v2.tasks.create(order)).id ?? ''
  await finished(one, taskId)
  for (const [name, text] of Object.entries({ 'dogs.txt': 'a text about dogs', 'cats.txt': 'cats sleep' }))
    await server.fetch(`/api/buckets/docs/objects/${name}`, { method: 'PUT', body: text })
  const embedded = (await call(server, 'POST', '/v2/ai/embeddings', { bucket_name: 'docs' })) as {
    data: { task_id: string }
  }
  const bucketTask = `/api/tasks/${embedded.data.task_id}`
  await until(
    () => call(server, 'GET', bucketTask) as Promise<{ state: string }>,
    ({ state }) => state === 'ready',
  )
  const lines = ['a', 'b'].map((name) => JSON.stringify({ custom_id: name, ...LINE }))
  const { id: fileId } = await sendFile(server, '/v1/files', {
    purpose: 'batch',
    file: new Blob([lines.join('\n')]),
  })
  const batch = (await call(server, 'POST', '/v1/batches', {
    input_file_id: fileId,
    endpoint: '/v1/embeddings',
    completion_window: '24h',
  })) as { id: string }
  const batchNow = () =>
    call(server, 'GET', `/v1/batches/${batch.id}`) as Promise<{ status: string; output_file_id: string }>
  const { output_file_id: outputFileId } = await until(batchNow, ({ status }) => status === 'completed')
  const { key } = (await call(server, 'POST', '/api/keys', { name: 'made' })) as { key: string }
  await call(server, 'POST', '/api/pauses', { kind: 'media' })
  const waitingId = (await one.embed.v2.tasks.create(order, { headers: { 'X-Embedline-Reuse': 'no' } }))
    .id as string
  return { assetId, taskId, batchId: batch.id, fileId, outputFileId, key, waitingId }
}

/** Of the operator, who may pause. */
const KEYS = 'key-of-one=admin,key-of-two=two'

const FILE = contentOf(12 * 1024 ** 2)

/** An upload of which the first part is there. */
async function beginUpload(server: TestServer): Promise<UploadBody> {
  const upload = (await call(server, 'POST', UPLOADS, {
    filename: 'large.mp4',
    type: 'video',
    total_size: FILE.length,
  })) as UploadBody
  await sendPart(server, upload, 0)
  return upload
}

async function sendPart(server: TestServer, upload: UploadBody, at: number): Promise<void> {
  const bytes = partsOf(FILE, upload)[at]!
  // The address has the place of the server that signed it.
  const { pathname, search } = new URL(upload.upload_urls[at]!.url)
  const sent = await fetch(`${server.url}${pathname}${search}`, {
    method: 'PUT',
    body: new Uint8Array(bytes),
    headers: { 'content-type': 'application/octet-stream' },
  })
  expect(sent.status).toBe(200)
  await call(server, 'POST', `${UPLOADS}/${upload.upload_id}`, {
    completed_chunks: [
      { chunk_index: at + 1, proof: md5(bytes), proof_type: 'etag', chunk_size: bytes.length },
    ],
  })
}

type Filled = Awaited<ReturnType<typeof fill>>

/** What a server answers of all that was filled in, but for addresses of its own. */
async function answersOf(server: TestServer, filled: Filled) {
  const { assetId, taskId, batchId, fileId, outputFileId } = filled
  const paths = [
    '/v1.3/embed-v2/tasks?page_limit=50',
    `/v1.3/embed-v2/tasks/${taskId}`,
    `/v1.3/assets/${assetId}`,
    `/api/tasks/${taskId}/history`,
    `/api/tasks/${taskId}/items`,
    '/api/keys',
    '/api/pauses',
    '/api/usage',
    '/v2/ai/embeddings/buckets',
    '/v2/ai/embeddings/buckets/docs',
    `/v1/batches/${batchId}`,
    '/v1/files',
  ]
  const answers: unknown[] = []
  for (const path of paths) answers.push(await call(server, 'GET', path))
  const search = { bucket_name: 'docs', query: 'dogs' }
  answers.push(await call(server, 'POST', '/v2/ai/embeddings/similarity-search', search))
  answers.push(await call(server, 'POST', '/api/search', { text: 'dogs', in: { buckets: ['docs'] } }))
  for (const path of [
    `/v1/files/${fileId}/content`,
    `/v1/files/${outputFileId}/content`,
    `/api/assets/${assetId}/content`,
  ])
    answers.push(await hashOf(server, path))
  return JSON.parse(JSON.stringify(answers).replaceAll(server.url, 'server')) as unknown[]
}

async function hashOf(server: TestServer, path: string): Promise<string> {
  const response = await server.fetch(path)
  expect([response.status, path]).toEqual([200, path])
  return createHash('sha256')
    .update(Buffer.from(await response.arrayBuffer()))
    .digest('hex')
}

async function filesIn(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const hashes = await Promise.all(
    files.map(
      async (path) =>
        [
          path,
          createHash('sha256')
            .update(await readFile(path))
            .digest('hex'),
        ] as const,
    ),
  )
  return Object.fromEntries(hashes.filter(([path]) => !/lock\.db|-shm$|-wal$|server\.json/.test(path)))
}

test.runIf(onPostgres)(
  'a server on PostgreSQL and S3 goes on with all that one on SQLite and a folder had: the same answers, the upload, the task that waited',
  { timeout: 180_000 },
  async () => {
    const data = await temporaryFolder()
    const old = await withServer({ data, keys: KEYS })
    const filled = await fill(old)
    const upload = await beginUpload(old)
    const before = await answersOf(old, filled)
    const url = await freshDatabase()
    const flags = [
      ...['--data', data, '--to', url, '--json'],
      ...['--storage-to', 's3://stored/moved', '--s3-endpoint', store.settings.endpoint ?? ''],
    ]
    await expect(runCommand(move, flags)).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringContaining('is in use by another Embedline server') as string,
    })
    await old.stop(5_000)
    const files = await filesIn(data)

    const dry = await runCommand(move, [...flags, '--dry-run'])
    expect(JSON.parse(dry.out)).toMatchObject({ dry_run: true, done: false, resumed: false })
    expect(await withClient(url, tablesIn)).toEqual([])

    const { out, code } = await runCommand(move, flags)
    expect(code).toBe(0)
    const answer = JSON.parse(out) as { tables: { table: string; rows: number; sha256: string }[] }
    expect(answer).toMatchObject({
      done: true,
      resumed: false,
      bytes: { objects: 3, present: 0, parts: 1, lost: [] },
    })
    for (const { table, rows, sha256 } of answer.tables) {
      expect(databaseRows(data, `select count(*) as count from ${table}`)).toEqual([{ count: rows }])
      expect(sha256).toMatch(/^[0-9a-f]{64}$/)
    }
    const some = answer.tables.filter(({ rows }) => rows > 0).map(({ table }) => table)
    expect(some).toEqual(
      expect.arrayContaining([
        ...[
          'account',
          'api_key',
          'asset',
          'batch',
          'bucket_file',
          'chunk',
          'embedding',
          'item',
          'key_secret',
        ],
        ...['object', 'pause', 'secret', 'task', 'task_event', 'turn', 'upload', 'upload_part', 'vector_set'],
      ]),
    )
    // Byte for byte.
    expect(await filesIn(data)).toEqual(files)

    const server = await withServer({
      data: await temporaryFolder(),
      keys: KEYS,
      'database-url': url,
      'storage-url': 's3://stored/moved',
      's3-endpoint': store.settings.endpoint ?? '',
      'buckets-url': `file:${data}/buckets`,
    })
    expect(await answersOf(server, filled)).toEqual(before)
    const made = await server.fetch('/api/limits', { headers: { 'x-api-key': filled.key } })
    expect(made.status).toBe(200)

    await sendPart(server, upload, 1)
    await sendPart(server, upload, 2)
    const assetPath = `/v1.3/assets/${upload.asset_id}`
    await until(
      () => call(server, 'GET', assetPath) as Promise<{ status: string }>,
      ({ status }) => status !== 'processing',
    )
    expect(await hashOf(server, `/api/assets/${upload.asset_id}/content`)).toBe(
      createHash('sha256').update(FILE).digest('hex'),
    )

    const { pauses } = (await call(server, 'GET', '/api/pauses')) as { pauses: { id: string }[] }
    await call(server, 'DELETE', `/api/pauses/${pauses[0]!.id}`)
    const one = client(server.url)
    const late = await finished(one, filled.waitingId)
    expect(late.data).toEqual((await one.embed.v2.tasks.retrieve(filled.taskId)).data)
  },
)

/** A data folder whose database refers to bytes that are as they were, others, and not there. */
async function folderWithLost() {
  const data = await temporaryFolder()
  await (await openStore({ file: join(data, 'embedline.db'), clock: systemClock })).close()
  const database = new DatabaseSync(join(data, 'embedline.db'))
  database.exec(`insert into account (id, name, user_id, created_ms) values ('a', 'a', 'u', 1)`)
  const places = []
  for (const [content, kept] of Object.entries({ whole: 'whole', damaged: 'dAmaged', missing: '' })) {
    const hash = createHash('sha256').update(content).digest('hex')
    database.prepare(`insert into object values ('a', ?, ?, 1, 1)`).run(hash, content.length)
    const place = `a/${hash.slice(0, 2)}/${hash}`
    places.push(place)
    await mkdir(dirname(join(data, 'objects', place)), { recursive: true })
    if (kept !== '') await writeFile(join(data, 'objects', place), kept)
  }
  database.close()
  const [whole = '', ...lost] = places
  return { data, whole, lost: lost.toSorted() }
}

test.runIf(onPostgres)(
  'bytes that are damaged or gone are named, and no server starts without them unless that is wished; what was sent is not sent again',
  async () => {
    const { data, whole, lost } = await folderWithLost()
    const url = await freshDatabase()
    const flags = [
      ...['--data', data, '--to', url, '--json'],
      ...['--storage-to', 's3://stored/lost', '--s3-endpoint', store.settings.endpoint ?? ''],
    ]
    store.fault = ({ method }) => (method === 'PUT' ? { status: 403, code: 'AccessDenied' } : undefined)
    await expect(runCommand(move, flags)).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringContaining('refuses the credentials of this server (AccessDenied)') as string,
    })
    store.fault = () => undefined
    const first = await runCommand(move, flags)
    expect(first.code).toBe(1)
    const bytes = { objects: 1, size_bytes: 5, present: 0, parts: 0, lost }
    expect(JSON.parse(first.out)).toMatchObject({ done: false, resumed: true, bytes })
    expect((await store.keys()).filter((key) => key.startsWith('lost/'))).toEqual([`lost/${whole}`])
    await expect(openStore({ url, clock: systemClock })).rejects.toMatchObject({
      code: 'storage_unavailable',
    })

    const people = await runCommand(
      move,
      flags.filter((word) => word !== '--json'),
    )
    expect(people.out).toContain(`lost: ${lost[0]}`)
    const last = await runCommand(move, [...flags, '--leave-lost'])
    expect(last.code).toBe(0)
    expect(JSON.parse(last.out)).toMatchObject({ done: true, bytes: { ...bytes, present: 1 } })
    await (await openStore({ url, clock: systemClock })).close()
  },
)

test.runIf(onPostgres)(
  'what cannot be moved, or not to there, is refused before anything is opened',
  async () => {
    const data = await temporaryFolder()
    const refusal = (...words: string[]) =>
      runCommand(move, ['--data', data, ...words]).catch((error: Error) => error.message)
    expect(await refusal()).toContain('where to? --to (or EMBEDLINE_DATABASE_URL)')
    expect(await refusal('--to', 'sqlite:a.db')).toContain('--to is a database of PostgreSQL')
    expect(await refusal('--from', 'postgres://h/d', '--to', 'postgres://h/d')).toContain(
      '--from is a database of SQLite',
    )
    expect(await refusal('--to', 'mysql://h/d')).toContain('--to: expected sqlite:')
    expect(await refusal('--storage-to', 'file:/a')).toContain('--storage-to is a bucket of S3')
    expect(await refusal('--storage-from', 's3://abc', '--storage-to', 's3://abc')).toContain(
      '--storage-from is a folder',
    )
    expect(await refusal('--to', 'postgres://h/d')).toContain('there is no database')
  },
)

const tablesIn = async (database: { query: (sql: string) => Promise<{ rows: unknown[] }> }) =>
  (await database.query(`select tablename from pg_tables where schemaname = 'public'`)).rows
