import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fakeClock } from '../../test/support/fakeClock.ts'
import { startPglite, type PgliteForTest } from '../../test/support/pglite.ts'
import { chanceFrom, unitVector } from '../../test/support/unitVectors.ts'
import { onPostgres } from '../../test/support/withDatabase.ts'
import type { Db } from '../domain/tables.ts'
import { makeLogger } from '../lib/logger.ts'
import { makeHeldVectors } from '../search/heldVectors.ts'
import type { BucketSearchOrder, SearchOrder } from '../search/order.ts'
import { finishFile, insertFiles } from '../store/bucketFiles.ts'
import { insertChunks } from '../store/chunks.ts'
import {
  getEmbedding,
  hideEmbedding,
  insertEmbedding,
  nextVersion,
  setSettings,
} from '../store/embeddedBuckets.ts'
import { hideFiles, removeHiddenChunks, removeHiddenFiles } from '../store/goneFiles.ts'
import { chunkIndexOver } from '../store/postgres/vectorIndex/chunkIndex.ts'
import { halfVectorOf } from '../store/postgres/vectorIndex/halfVector.ts'
import { loaderOver } from '../store/searchLoader.ts'
import { indexOfBucket } from '../store/vectorIndexes.ts'
import { keepVectorIndexes, type SeenBucket } from './keepVectorIndexes.ts'
import { whyExact } from './search/whyExact.ts'

// On PGlite: PostgreSQL in this process, with the SQL of pgvector, and one connection. A native server with pgvector is
// not among what the tests bring.

const DIMENSION = 24
const FILES = 40
const CHUNKS_OF_A_FILE = 12
const MODEL = { id: 'tiny', revision: '1' }
const OTHER_MODEL = { id: 'tiny', revision: '2' }
const LEAST_CHUNKS = 300

/** Usually some seconds. */
const START_MS = 180_000

let pglite: PgliteForTest
beforeAll(async () => {
  if (onPostgres) return
  pglite = await startPglite()
  await pglite.db
    .insertInto('account')
    .values(['a', 'b'].map((id) => ({ id, name: id, user_id: id, created_ms: 0 })))
    .execute()
}, START_MS)
afterAll(() => pglite?.close())

const settingsOf = (model: typeof MODEL) => ({
  model,
  chunks: { sizeCharacters: 10, overlapCharacters: 0 },
  loader: 'default' as const,
})

const topics = Array.from({ length: 8 }, (_, topic) => unitVector(DIMENSION, chanceFrom(topic + 1)))

/** Vectors about some topics, the same for the same seed. */
function vectorsOf(count: number, seed: number): Float32Array[] {
  const chance = chanceFrom(seed)
  return Array.from({ length: count }, () =>
    unitVector(DIMENSION, chance, topics[Math.floor(chance() * topics.length)], 0.15),
  )
}

interface Bucket {
  id: number
  fileIds: number[]
}

/** A bucket of an account with so many files, all embedded. */
async function embedBucket(name: string, files: number, accountId = 'a'): Promise<Bucket> {
  const { id } = await pglite.write((db) =>
    insertEmbedding(db, {
      accountId,
      bucket: name,
      settings: settingsOf(MODEL),
      modelName: 'tiny',
      nowMs: 1,
    }),
  )
  const listed = Array.from({ length: files }, (_, file) => ({
    key: `${file % 2 === 0 ? 'even' : 'odd'}/${file}.txt`,
    sizeBytes: 1,
  }))
  const added = await pglite.write((db) => insertFiles(db, id, listed, { taskId: 't', nowMs: 1 }))
  const fileIds = added.map((file) => file.id)
  await pglite.write(async (db) => {
    for (const fileId of fileIds)
      await writeFile(db, { bucketId: id, fileId, vectors: vectorsOf(CHUNKS_OF_A_FILE, fileId) })
  })
  return { id, fileIds }
}

interface WrittenFile {
  bucketId: number
  fileId: number
  vectors: readonly Float32Array[]
  generation?: number
  model?: typeof MODEL
}

const embedFile = (file: WrittenFile): Promise<void> => pglite.write((db) => writeFile(db, file))

async function writeFile(
  db: Db,
  { bucketId, fileId, vectors, generation = 1, model = MODEL }: WrittenFile,
): Promise<void> {
  const chunks = vectors.map((vector, ordinal) => ({
    ordinal,
    text: '',
    place: {},
    vector,
    termsJson: JSON.stringify({ [`word${fileId % 5}`]: 1 + (ordinal % 3) }),
  }))
  await insertChunks(db, [{ fileId, generation, chunks }])
  await finishFile(db, fileId, 't', {
    generation,
    chunkCount: chunks.length,
    version: (await nextVersion(db, bucketId, 1))!,
    sizeBytes: 1,
    changeToken: '',
    checksum: '',
    settingsJson: JSON.stringify(settingsOf(model)),
    nowMs: 1,
  })
}

async function removeFile(bucketId: number, fileId: number): Promise<void> {
  await pglite.write(async (db) => {
    await hideFiles(db, [fileId], { version: (await nextVersion(db, bucketId, 1))!, nowMs: 1 })
    await removeHiddenChunks(db, [fileId], 500)
    await removeHiddenFiles(db, [fileId])
  })
}

/** A server on the database: what it keeps, and how it searches. */
function startServer({ leastChunks = LEAST_CHUNKS, fewChunks = 0 } = {}) {
  const log: object[] = []
  const clock = fakeClock()
  const parts = {
    store: { read: pglite.db },
    clock,
    logger: makeLogger({ write: (line) => void log.push(JSON.parse(line) as object), clock, level: 'debug' }),
    vectorIndexes: {
      ...(leastChunks !== Infinity && { leastChunks }),
      write: pglite.write,
    } as NonNullable<Parameters<typeof whyExact>[0]['vectorIndexes']>,
  }
  const exact = { loader: loaderOver(pglite.reading), memoryBytes: 1e9, turn: () => setImmediate() }
  const reads = { count: 0 }
  const loader = loaderOver(pglite.reading, chunkIndexOver(pglite.reading))
  const counting = {
    ...loader,
    changes: (...question: Parameters<typeof loader.changes>) =>
      loader.changes(question[0], question[1], (changes) =>
        question[2]({
          ...changes,
          pages: (async function* () {
            for await (const page of changes.pages) {
              reads.count += page.length
              yield page
            }
          })(),
        }),
      ),
  }
  let seen: ReadonlyMap<number, SeenBucket> = new Map()
  return {
    parts,
    log,
    /** How many chunks were loaded into memory. */
    reads,
    keep: async () => void (seen = await keepVectorIndexes(parts, seen, new AbortController().signal)),
    search: makeHeldVectors({ ...exact, loader: counting, fewChunks }),
    exactly: makeHeldVectors(exact),
  }
}

const versionOf = async (bucketId: number): Promise<number> => {
  const row = await pglite.db
    .selectFrom('embedded_bucket')
    .select('version')
    .where('id', '=', bucketId)
    .executeTakeFirstOrThrow()
  return row.version
}

const queries = vectorsOf(6, 1234)

const orderOf = async (bucketId: number, more: Partial<SearchOrder> = {}): Promise<SearchOrder> => ({
  bucketId,
  model: MODEL,
  version: await versionOf(bucketId),
  vector: queries[0]!,
  vectorWeight: 0.5,
  limit: 10,
  ...more,
})

const fileOrder = async (
  bucketId: number,
  more: Partial<BucketSearchOrder> = {},
): Promise<BucketSearchOrder> => ({
  bucketId,
  model: MODEL,
  version: await versionOf(bucketId),
  vector: queries[0]!,
  groups: 5,
  moments: 3,
  ...more,
})

type Server = ReturnType<typeof startServer>

/** Every query finds by the index what an exact search finds, to the last bit; here an index misses nothing. */
async function expectSame(
  { search, exactly }: Server,
  bucketId: number,
  more: Partial<SearchOrder> = {},
): Promise<void> {
  for (const vector of queries) {
    const order = await orderOf(bucketId, { vector, ...more })
    const { hits, method } = await search.find(order)
    expect(method).toBe('hnsw')
    expect(hits).toEqual((await exactly.find(order)).hits)
  }
}

const tableNames = async (): Promise<string[]> => {
  const { rows } = await sql<{ name: string }>`
    select tablename as name from pg_tables where tablename like 'chunk_vector%' order by 1`.execute(
    pglite.db,
  )
  return rows.map(({ name }) => name)
}

test.runIf(!onPostgres)(
  'a bucket that is not large is searched exactly, without a table for it',
  async () => {
    const server = startServer()
    const small = await embedBucket('small', 3)
    await server.keep()
    expect(await tableNames()).toEqual([])
    expect((await server.search.find(await orderOf(small.id))).method).toBe('exact')
    expect(await whyExact(server.parts, { bucketId: small.id, chunkCount: 36 })).toBeUndefined()
  },
)

test.runIf(!onPostgres)(
  'a large bucket gets an index of neighbours, by which it is searched without being loaded',
  async () => {
    const server = startServer()
    const { id } = await embedBucket('large', FILES)
    const chunkCount = FILES * CHUNKS_OF_A_FILE
    expect((await server.search.find(await orderOf(id))).method).toBe('exact')
    expect(await whyExact(server.parts, { bucketId: id, chunkCount })).toBe(
      'Its index of neighbours is being made: 0 % of its chunks are taken in.',
    )
    await server.keep()
    expect(server.log).toMatchObject([
      { level: 'info', message: 'an index of neighbours is ready', chunkCount },
    ])
    expect(await indexOfBucket(pglite.db, id)).toEqual({ model: MODEL, state: 'ready', chunkCount })
    server.reads.count = 0
    const another = startServer()
    await expectSame(another, id)
    expect(another.reads.count).toBe(0)
  },
)

test.runIf(!onPostgres)('PostgreSQL takes the index for it', async () => {
  const { id } = (await getEmbedding(pglite.db, 'a', 'large'))!
  await pglite.write(async (db) => {
    await sql`set local enable_seqscan = off`.execute(db)
    const { rows } = await sql`
      explain select file_id from ${sql.table(`chunk_vector_${id}`)}
       order by vector <#> ${halfVectorOf(queries[0]!)} limit 10`.execute(db)
    expect(JSON.stringify(rows)).toMatch(/Index Scan using chunk_vector_\d+_vector_idx/)
  })
})

test.runIf(!onPostgres)('words count beside the index as they do beside all vectors', async () => {
  const server = startServer()
  const { id } = (await getEmbedding(pglite.db, 'a', 'large'))!
  await expectSame(server, id, { terms: { word3: 1, word1: 1 } })
})

test.runIf(!onPostgres)('files with their best moments are found by the index', async () => {
  const server = startServer()
  const { id } = (await getEmbedding(pglite.db, 'a', 'large'))!
  for (const vector of queries) {
    const order = await fileOrder(id, { vector })
    const found = await server.search.findFiles(order)
    expect(found).toMatchObject({ method: 'hnsw', vectorCount: FILES * CHUNKS_OF_A_FILE })
    expect(found.groups).toEqual((await server.exactly.findFiles(order)).groups)
  }
  const high = await fileOrder(id, { minCosine: 0.9, moments: 1 })
  expect((await server.search.findFiles(high)).groups).toEqual((await server.exactly.findFiles(high)).groups)
})

test.runIf(!onPostgres)(
  'a filter of keys is asked for within the index; where it leaves few chunks, these are compared',
  async () => {
    const { id } = (await getEmbedding(pglite.db, 'a', 'large'))!
    await expectSame(startServer(), id, { keyPattern: 'odd/*', minCertainty: 0.6 })
    const server = startServer({ fewChunks: 100 })
    const order = await orderOf(id, { keyPattern: 'odd/1?.txt', terms: { word1: 1 } })
    const found = await server.search.find(order)
    expect(found).toEqual({ ...(await server.exactly.find(order)), method: 'exact' })
    expect(found.hits).toHaveLength(10)
    const files = await fileOrder(id, { keyPattern: 'odd/1?.txt' })
    expect(await server.search.findFiles(files)).toMatchObject({
      method: 'exact',
      groups: (await server.exactly.findFiles(files)).groups,
    })
  },
)

test.runIf(!onPostgres)(
  'what was committed a moment ago is found, what is gone is not, before the index knows of it',
  async () => {
    const server = startServer()
    const { id } = (await getEmbedding(pglite.db, 'a', 'large'))!
    const { rows } = await sql<{ id: number }>`
    select id from bucket_file where bucket_id = ${id} order by id`.execute(pglite.db)
    const [changed, gone] = rows
    await embedFile({ bucketId: id, fileId: changed!.id, vectors: [queries[0]!], generation: 2 })
    await removeFile(id, gone!.id)
    const [added] = await pglite.write((db) =>
      insertFiles(db, id, [{ key: 'odd/new.txt', sizeBytes: 1 }], { taskId: 't', nowMs: 1 }),
    )
    await embedFile({ bucketId: id, fileId: added!.id, vectors: [queries[0]!, queries[1]!] })
    const filesOf = ({ hits }: { hits: readonly { fileId: number }[] }) => hits.map(({ fileId }) => fileId)
    const found = await server.search.find(await orderOf(id))
    expect(filesOf(found).slice(0, 2)).toEqual([changed!.id, added!.id])
    await expectSame(server, id)
    await expectSame(server, id, { terms: { word1: 1 } })
    expect(server.reads.count).toBeLessThan(2 * FILES * CHUNKS_OF_A_FILE)
    const order = await fileOrder(id)
    expect((await server.search.findFiles(order)).groups).toEqual(
      (await server.exactly.findFiles(order)).groups,
    )

    await server.keep()
    const { version } = await pglite.db
      .selectFrom('vector_index')
      .select('version')
      .where('bucket_id', '=', id)
      .executeTakeFirstOrThrow()
    expect(version).toBe(await versionOf(id))
    expect(await indexOfBucket(pglite.db, id)).toMatchObject({
      chunkCount: (FILES - 2) * CHUNKS_OF_A_FILE + 1 + 2,
    })
    const later = startServer()
    await expectSame(later, id)
    expect(later.reads.count).toBe(0)
  },
)

test.runIf(!onPostgres)('the index of one account is never searched for another one', async () => {
  const server = startServer()
  const foreign = await embedBucket('large', FILES, 'b')
  await server.keep()
  expect(await tableNames()).toHaveLength(2)
  const { hits, method } = await server.search.find(await orderOf(foreign.id, { limit: 100 }))
  expect(method).toBe('hnsw')
  expect(hits.every(({ fileId }) => foreign.fileIds.includes(fileId))).toBe(true)
  await expectSame(server, foreign.id)
})

test.runIf(!onPostgres)(
  'embedded anew by another model, a bucket is searched exactly until it has another index',
  async () => {
    const server = startServer()
    const { id } = (await getEmbedding(pglite.db, 'b', 'large'))!
    await pglite.write((db) =>
      setSettings(db, id, { settings: settingsOf(OTHER_MODEL), modelName: 'tiny', nowMs: 1 }),
    )
    await server.keep()
    expect(await tableNames()).toHaveLength(1)
    const { rows } = await sql<{ id: number }>`select id from bucket_file where bucket_id = ${id}`.execute(
      pglite.db,
    )
    await pglite.write(async (db) => {
      for (const { id: fileId } of rows) {
        const vectors = vectorsOf(CHUNKS_OF_A_FILE, fileId + 1000)
        await writeFile(db, { bucketId: id, fileId, vectors, generation: 2, model: OTHER_MODEL })
      }
    })
    const order = await orderOf(id, { model: OTHER_MODEL })
    expect((await server.search.find(order)).method).toBe('exact')
    await server.keep()
    await expectSame(server, id, { model: OTHER_MODEL })
    expect((await server.search.find(await orderOf(id))).hits).toEqual([])
  },
)

test.runIf(!onPostgres)('an index whose table is dropped under a search is not missed', async () => {
  const server = startServer()
  const { id } = (await getEmbedding(pglite.db, 'b', 'large'))!
  await sql`drop table ${sql.table(`chunk_vector_${id}`)}`.execute(pglite.db)
  const order = await orderOf(id, { model: OTHER_MODEL })
  expect(await server.search.find(order)).toEqual({
    hits: (await server.exactly.find(order)).hits,
    method: 'exact',
  })
  const files = await fileOrder(id, { model: OTHER_MODEL })
  expect(await server.search.findFiles(files)).toMatchObject({ method: 'exact' })
})

test.runIf(!onPostgres)(
  'a deleted bucket loses its table, as do all when there is to be no index',
  async () => {
    const { id } = (await getEmbedding(pglite.db, 'b', 'large'))!
    await pglite.write((db) => hideEmbedding(db, 'b', 'large', 1))
    await startServer().keep()
    expect(await tableNames()).not.toContain(`chunk_vector_${id}`)
    expect(await tableNames()).toHaveLength(1)
    const server = startServer({ leastChunks: Infinity })
    await server.keep()
    expect(await tableNames()).toEqual([])
    const large = (await getEmbedding(pglite.db, 'a', 'large'))!
    expect((await server.search.find(await orderOf(large.id))).method).toBe('exact')
  },
)
