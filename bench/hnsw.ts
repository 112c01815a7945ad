// What an index of neighbours (HNSW of pgvector) misses of the nearest chunks, on embeddings of the built-in model: the
// texts of Cranfield in small chunks, searched by its queries and by parts of its texts, the way a server does it. On
// PGlite, which is PostgreSQL in WebAssembly with one connection: the recall holds for any server, the times only
// against each other. `npm run bench -- hnsw 300` takes the first 300 of the 1,400 texts: building the index is slow there.
import { chunkText } from '../src/documents/chunkText.ts'
import type { EmbeddingModel } from '../src/domain/model.ts'
import { openBuiltin } from '../src/models/builtin/model.ts'
import { makeHeldVectors } from '../src/search/heldVectors.ts'
import type { SearchOrder } from '../src/search/order.ts'
import { finishFile, insertFiles } from '../src/store/bucketFiles.ts'
import { insertChunks } from '../src/store/chunks.ts'
import { insertEmbedding, nextVersion } from '../src/store/embeddedBuckets.ts'
import { chunkIndexOver } from '../src/store/postgres/vectorIndex/chunkIndex.ts'
import { loaderOver } from '../src/store/searchLoader.ts'
import { keepVectorIndexes } from '../src/tasks/keepVectorIndexes.ts'
import { systemClock } from '../src/lib/clock.ts'
import { makeLogger } from '../src/lib/logger.ts'
import { startPglite, type PgliteForTest } from '../test/support/pglite.ts'
import { missingTestData, testData } from '../test/support/testData.ts'
import { readCranfield, type Collection } from './builtin/cranfield.ts'

const FOLDER = 'retrieval/cranfield'
const CHUNKS = { sizeCharacters: 200, overlapCharacters: 50 }
const MODEL = { id: 'builtin', revision: '1' }
const RECALL_MUST = 0.95
const MOST_DOCUMENTS = Number(process.argv[2] ?? Number.POSITIVE_INFINITY)
const LIMITS = [10, 100] as const

const missing = missingTestData(FOLDER)
if (missing === undefined) await measure()
else {
  console.error(`Nothing to measure with: ${missing}`)
  process.exitCode = 2
}

async function measure() {
  const collection = await readCranfield(testData(FOLDER))
  const model = openBuiltin()
  const pglite = await startPglite()
  try {
    const bucket = await fillBucket(pglite, collection, model)
    console.log(`${bucket.chunkCount} chunks are stored`)
    const startMs = performance.now()
    await makeIndex(pglite)
    const buildSec = (performance.now() - startMs) / 1000
    console.log(
      `PGlite, ${bucket.chunkCount} chunks of ${bucket.dimension} numbers; the index took ${buildSec.toFixed(0)} s`,
    )
    const queries = await model.text(collection.queries, 'query')
    for (const limit of LIMITS) await compare(pglite, bucket, queries, limit)
  } finally {
    await pglite.close()
    await model.close()
  }
}

interface Bucket {
  id: number
  version: number
  chunkCount: number
  dimension: number
}

async function fillBucket(
  { db, write }: PgliteForTest,
  collection: Collection,
  model: EmbeddingModel,
): Promise<Bucket> {
  const documents = collection.documents.slice(0, MOST_DOCUMENTS)
  const settings = { model: MODEL, chunks: CHUNKS, loader: 'default' as const }
  await db.insertInto('account').values({ id: 'a', name: 'a', user_id: 'a', created_ms: 0 }).execute()
  const { id } = await write((tables) =>
    insertEmbedding(tables, { accountId: 'a', bucket: 'b', settings, modelName: MODEL.id, nowMs: 1 }),
  )
  let chunkCount = 0
  let dimension = 0
  const version = await write(async (tables) => {
    const listed = documents.map((document) => ({ key: `${document.id}`, sizeBytes: 1 }))
    const files = await insertFiles(tables, id, listed, { taskId: 't', nowMs: 1 })
    for (const [at, document] of documents.entries()) {
      const text = `${document.title}\n\n${document.text}`
      const chunks = await Array.fromAsync(chunkText([{ text, place: {} }], CHUNKS))
      const texts = chunks.map((chunk) => chunk.text)
      const vectors = await model.text(texts, 'document')
      const rows = vectors.map((vector, ordinal) => ({
        ordinal,
        text: '',
        place: {},
        vector,
        termsJson: '{}',
      }))
      chunkCount += rows.length
      dimension = rows[0]?.vector.length ?? dimension
      const fileId = files[at]?.id ?? 0
      await insertChunks(tables, [{ fileId, generation: 1, chunks: rows }])
      await finishFile(tables, fileId, 't', {
        generation: 1,
        chunkCount: rows.length,
        version: (await nextVersion(tables, id, 1)) ?? 0,
        sizeBytes: 1,
        changeToken: '',
        checksum: '',
        settingsJson: JSON.stringify(settings),
        nowMs: 1,
      })
    }
    return documents.length
  })
  return { id, version, chunkCount, dimension }
}

async function makeIndex({ db, write }: PgliteForTest): Promise<void> {
  const logger = makeLogger({ write: () => {}, clock: systemClock, level: 'error' })
  const parts = {
    store: { read: db },
    clock: systemClock,
    logger,
    vectorIndexes: { leastChunks: 1, write },
  }
  await keepVectorIndexes(parts, new Map(), new AbortController().signal)
}

async function compare(
  { reading }: PgliteForTest,
  { id: bucketId, version }: Bucket,
  queries: readonly Float32Array[],
  limit: number,
): Promise<void> {
  const held = { memoryBytes: Number.POSITIVE_INFINITY, turn: () => Promise.resolve() }
  const exact = makeHeldVectors({ ...held, loader: loaderOver(reading) })
  const indexed = makeHeldVectors({ ...held, loader: loaderOver(reading, chunkIndexOver(reading)) })
  const times = { exact: [] as number[], hnsw: [] as number[] }
  let found = 0
  let wanted = 0
  const orderOf = (vector: Float32Array): SearchOrder => ({
    bucketId,
    model: MODEL,
    version,
    vector,
    vectorWeight: 1,
    limit,
  })
  const nameOf = (hit: { fileId: number; ordinal: number }) => `${hit.fileId} ${hit.ordinal}`
  // The first exact search loads the bucket.
  for (const vector of queries.slice(0, 1)) await exact.find(orderOf(vector))
  for (const vector of queries) {
    const order = orderOf(vector)
    let startMs = performance.now()
    const all = await exact.find(order)
    times.exact.push(performance.now() - startMs)
    startMs = performance.now()
    const near = await indexed.find(order)
    times.hnsw.push(performance.now() - startMs)
    if (near.method !== 'hnsw') throw new Error('the index was not used')
    const names = new Set(near.hits.map(nameOf))
    wanted += all.hits.length
    found += all.hits.filter((hit) => names.has(nameOf(hit))).length
  }
  const recall = found / wanted
  console.log(
    `recall@${limit} ${recall.toFixed(4)} of ${queries.length} queries (at least ${RECALL_MUST}); median ms: exact in memory ${median(times.exact).toFixed(1)}, index on PGlite ${median(times.hnsw).toFixed(1)}`,
  )
  if (recall < RECALL_MUST) process.exitCode = 1
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0
}
