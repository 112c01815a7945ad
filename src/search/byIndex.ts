import type { WordIndex } from './bm25.ts'
import { cosineAt, findChunks, fusedDepth } from './findChunks.ts'
import { findFiles } from './findFiles.ts'
import type { HeldBucket } from './heldBucket.ts'
import { keyPattern } from './keyPattern.ts'
import type { ChunkIndex, ChunkSource, IndexedChunk } from './loader.ts'
import { compareNeighbours, type Neighbour } from './matrix.ts'
import type { BucketSearchOrder, ChunkHit, FoundChunks, Grouped, SearchMethod, SearchOrder } from './order.ts'
import { makeVectorRows, type VectorRows } from './vectorRows.ts'

// A large bucket that has an index of neighbours is not loaded. The index leads to some chunks, whose vectors are read as
// they were made and compared exactly; what came after the index was brought up to date is held and searched beside it.
// So only which chunks are looked at is a guess, and each search sees what is committed, as an exact one does.

export interface IndexSearch {
  index: ChunkIndex
  /** Where a filter leaves no more, all of them are read and compared. */
  fewChunks: number
  /** Brings what changed in a bucket since a version up to date and hands it to `find`; undefined: no such bucket. */
  inChanges<Found>(
    source: ChunkSource,
    versions: { since: number; version: number },
    find: (held: HeldBucket) => Found,
  ): Promise<Found | undefined>
  /** The same of the words of the whole bucket. */
  inWords<Found>(
    source: ChunkSource,
    version: number,
    find: (words: WordIndex) => Found,
  ): Promise<Found | undefined>
}

/** Of the chunks that an index leads to, so many are compared exactly for each that is wanted. */
const SPARE = 4
const LEAST_CANDIDATES = 200

/** To find enough files, an index is asked for more and more chunks. */
const WALKS = [1_000, 4_000, 16_000] as const

/**
 * The best chunks of a bucket by its index of neighbours. Undefined when it has none that can be searched, or when that
 * does not find enough: then all vectors are to be searched.
 */
export async function findChunksByIndex(
  search: IndexSearch,
  source: ChunkSource,
  order: SearchOrder,
): Promise<FoundChunks | undefined> {
  const { vector, limit, terms, version } = order
  const state = await search.index.state(source, vector.length)
  if (!state) return undefined
  const files = await filesWith(search.index, source, order.keyPattern)
  const isWanted = files && ((fileId: number) => files.ids.has(fileId))
  const depth = fusedDepth(limit)
  const byWords =
    terms && (await search.inWords(source, version, (words) => words.best(terms, depth, isWanted)))
  if (terms && !byWords) return undefined
  const words = { best: () => byWords ?? [] }
  const wanted = files?.ids ?? new Set<number>()
  if (files && files.chunkCount <= search.fewChunks) {
    const vectors = rowsOf(await search.index.chunksOfFiles(source, [...files.ids]))
    const found = findChunks({ vectors: { ...searching(vectors), filesWith: () => wanted }, words }, order)
    return { hits: found, method: 'exact' }
  }

  const nearestOptions = {
    isWanted,
    minCosine: order.minCertainty === undefined ? undefined : cosineAt(order.minCertainty),
  }
  const most = terms ? depth : limit
  const changed = await search.inChanges(source, { since: state.version, version }, (held) => ({
    fileIds: [...held.changedFiles],
    nearest: held.vectors.nearest(vector, most, nearestOptions),
    ofWords: held.vectors.cosinesOf(vector, byWords ?? []),
  }))
  if (!changed) return undefined
  const candidates = await search.index.nearest(source, {
    vector,
    count: Math.max(LEAST_CANDIDATES, terms ? most : SPARE * most),
    notFileIds: changed.fileIds,
    ...(files && { fileIds: [...files.ids] }),
  })
  if (!candidates) return undefined
  const others = new Set(changed.fileIds)
  const ofWords = (byWords ?? []).filter(({ fileId }) => !others.has(fileId))
  const near = rowsOf(candidates)
  const named = rowsOf(await search.index.chunks(source, ofWords))
  const vectors: Pick<VectorRows, 'filesWith' | 'nearest' | 'cosinesOf'> = {
    filesWith: () => wanted,
    nearest: (query, count, options) =>
      best([...near.nearest(query, count, options), ...changed.nearest], count),
    cosinesOf: (query, chunks) => [...named.cosinesOf(query, chunks), ...changed.ofWords],
  }
  return { hits: findChunks({ vectors, words }, order), method: 'hnsw' }
}

/** The files with the nearest chunks by the index of their bucket, likewise. */
export async function findFilesByIndex(
  search: IndexSearch,
  source: ChunkSource,
  order: BucketSearchOrder,
): Promise<(Grouped<ChunkHit> & { method: SearchMethod }) | undefined> {
  const state = await search.index.state(source, order.vector.length)
  if (!state) return undefined
  const files = await filesWith(search.index, source, order.keyPattern)
  if (files && files.chunkCount <= search.fewChunks) {
    const vectors = rowsOf(await search.index.chunksOfFiles(source, [...files.ids]))
    return { ...findFiles({ vectors }, order), vectorCount: state.chunkCount, method: 'exact' }
  }
  const versions = { since: state.version, version: order.version }
  const changed = await search.inChanges(source, versions, (held) => ({
    fileIds: [...held.changedFiles],
    found: findFiles(held, order),
  }))
  if (!changed) return undefined
  const candidates = await candidatesOfFiles(search.index, source, order, {
    notFileIds: changed.fileIds,
    ...(files && { fileIds: [...files.ids] }),
  })
  if (!candidates) return undefined
  const found = findFiles({ vectors: rowsOf(candidates) }, order)
  const groups = [...found.groups, ...changed.found.groups]
    .sort(([one], [other]) => (one && other ? compareNeighbours(one, other) : 0))
    .slice(0, order.groups)
  return {
    groups,
    vectorCount: state.chunkCount + changed.found.vectorCount,
    exactCount: candidates.length + changed.found.exactCount,
    method: 'hnsw',
  }
}

/** Chunks of the nearest files, among them the nearest of each. */
async function candidatesOfFiles(
  index: ChunkIndex,
  source: ChunkSource,
  { vector, groups, moments, minCosine }: BucketSearchOrder,
  filter: { fileIds?: readonly number[]; notFileIds: readonly number[] },
): Promise<IndexedChunk[] | undefined> {
  for (const count of WALKS) {
    const chunks = await index.nearest(source, { vector, count, ...filter })
    if (!chunks) return undefined
    const neighbours = best(rowsOf(chunks).nearest(vector, count, {}), count)
    const fileIds = [...new Set(neighbours.map(({ fileId }) => fileId))]
    const least = neighbours.at(-1)?.cosine ?? -1
    const isAll = chunks.length < count || (minCosine !== undefined && least < minCosine)
    if (fileIds.length < groups && !isAll) continue
    if (moments === 1) return chunks
    const query = { vector, fileIds: fileIds.slice(0, groups), most: moments + SPARE }
    const ofFiles = await index.nearestOfFiles(source, query)
    return ofFiles && distinct([...chunks, ...ofFiles])
  }
  return undefined
}

/** The files whose keys a pattern fits, and how many chunks they have; undefined without a pattern. */
async function filesWith(
  index: ChunkIndex,
  source: ChunkSource,
  pattern: string | undefined,
): Promise<{ ids: Set<number>; chunkCount: number } | undefined> {
  if (pattern === undefined) return undefined
  const fits = keyPattern(pattern)
  const files = (await index.files(source)).filter(({ key }) => fits(key))
  return {
    ids: new Set(files.map(({ id }) => id)),
    chunkCount: files.reduce((sum, { chunkCount }) => sum + chunkCount, 0),
  }
}

function rowsOf(chunks: readonly IndexedChunk[]): VectorRows {
  const rows = makeVectorRows()
  rows.add(chunks)
  return rows
}

const searching = (rows: VectorRows): Pick<VectorRows, 'nearest' | 'cosinesOf'> => ({
  nearest: (query, limit, options) => rows.nearest(query, limit, options),
  cosinesOf: (query, chunks) => rows.cosinesOf(query, chunks),
})

const best = (neighbours: readonly Neighbour[], count: number): Neighbour[] =>
  neighbours.toSorted(compareNeighbours).slice(0, count)

const distinct = (chunks: readonly IndexedChunk[]): IndexedChunk[] => [
  ...new Map(chunks.map((chunk) => [`${chunk.fileId} ${chunk.ordinal}`, chunk])).values(),
]
