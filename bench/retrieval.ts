// How good the search of a bucket is: Cranfield by its corrected judgements, nDCG@10 with the grade as gain, queries by
// position, titles and texts in chunks as a bucket has them; a document counts by its best chunk.
import { chunkText } from '../src/documents/chunkText.ts'
import type { EmbeddingModel } from '../src/domain/model.ts'
import { openBuiltin } from '../src/models/builtin/model.ts'
import { termsAsJson, termsOf } from '../src/models/terms.ts'
import { noTasks } from '../test/support/noTasks.ts'
import { makeWordIndex } from '../src/search/bm25.ts'
import { makeHeldVectors } from '../src/search/heldVectors.ts'
import type { LoadedRow } from '../src/search/loader.ts'
import { missingTestData, testData } from '../test/support/testData.ts'
import { meanGain, readCranfield, type Collection } from './builtin/cranfield.ts'

const FOLDER = 'retrieval/cranfield'
const CHUNKS = { sizeCharacters: 1024, overlapCharacters: 512 }
/** Chunks that are asked for, so that ten documents are among them. */
const HITS = 100
const VECTORS_MUST = 0.42
const HYBRID_MUST = 0.5
const HYBRID_VECTOR_WEIGHT = 0.5

const missing = missingTestData(FOLDER)
if (missing === undefined) await measure()
else {
  console.error(`Nothing to measure with: ${missing}`)
  process.exitCode = 2
}

async function measure() {
  const collection = await readCranfield(testData(FOLDER))
  const model = openBuiltin()
  const rows = await chunksOf(collection, model)
  console.log(
    `Cranfield: ${collection.documents.length} documents, ${rows.length} chunks, ${collection.queries.length} queries`,
  )
  report('vectors', await gainOfSearch(collection, model, rows, false), VECTORS_MUST)
  report('vectors and words', await gainOfSearch(collection, model, rows, true), HYBRID_MUST)
  report('words alone (BM25)', gainOfWords(collection, rows))
  await model.close()
}

async function chunksOf({ documents }: Collection, model: EmbeddingModel): Promise<LoadedRow[]> {
  const rows: LoadedRow[] = []
  for (const { id, title, text } of documents) {
    const chunks = await Array.fromAsync(chunkText([{ text: `${title}\n\n${text}`, place: {} }], CHUNKS))
    const vectors = await model.text(
      chunks.map((chunk) => chunk.text),
      'document',
    )
    for (const [ordinal, vector] of vectors.entries()) {
      const termsJson = termsAsJson(termsOf(chunks[ordinal]?.text ?? ''))
      rows.push({ fileId: id, ordinal, key: `${id}`, vector, termsJson })
    }
  }
  return rows
}

async function gainOfSearch(
  collection: Collection,
  model: EmbeddingModel,
  rows: readonly LoadedRow[],
  isHybrid: boolean,
): Promise<number> {
  const buckets = makeHeldVectors({
    loader: {
      async changes(_source, _since, take) {
        await take({ version: 1, dropped: [], pages: [rows] })
        return true
      },
      ...noTasks,
      close: async () => {},
    },
    memoryBytes: Number.POSITIVE_INFINITY,
    turn: () => Promise.resolve(),
  })
  const vectors = await model.text(collection.queries, 'query')
  const found: number[][] = []
  for (const [query, vector] of vectors.entries()) {
    const { hits } = await buckets.find({
      bucketId: 1,
      model: { id: 'builtin', revision: '1' },
      version: 1,
      vector,
      ...(isHybrid && { terms: Object.fromEntries(termsOf(collection.queries[query] ?? '')) }),
      vectorWeight: HYBRID_VECTOR_WEIGHT,
      limit: HITS,
    })
    found.push(hits.map(({ fileId }) => fileId))
  }
  return meanGain(collection, (query) => bestOfEach(found[query] ?? []))
}

function gainOfWords(collection: Collection, rows: readonly LoadedRow[]): number {
  const words = makeWordIndex()
  for (const row of rows) words.add(row, row.termsJson)
  return meanGain(collection, (query) => {
    const terms = Object.fromEntries(termsOf(collection.queries[query] ?? ''))
    return bestOfEach(words.best(terms, HITS).map(({ fileId }) => fileId))
  })
}

/** Each document at the place of its best chunk. */
function bestOfEach(documents: readonly number[]): number[] {
  return [...new Set(documents)]
}

function report(what: string, measured: number, must?: number) {
  const goal = must === undefined ? '' : `  (at least ${must.toFixed(2)})`
  console.log(`${what.padEnd(24)} nDCG@10 ${measured.toFixed(3)}${goal}`)
  if (must !== undefined && measured < must) process.exitCode = 1
}
