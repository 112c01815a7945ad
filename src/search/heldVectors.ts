import { fitsMetadata } from '../domain/metadataFilter.ts'
import { makeKeyedMutex } from '../lib/keyedMutex.ts'
import { findChunks } from './findChunks.ts'
import { findFiles } from './findFiles.ts'
import { findChunksByIndex, findFilesByIndex, type IndexSearch } from './byIndex.ts'
import { makeHeldBucket } from './heldBucket.ts'
import { makeHeldTasks } from './heldTasks.ts'
import type { ChunkCount, ChunkSource, Loader, TaskSource } from './loader.ts'
import type {
  BucketSearchOrder,
  ChunkHit,
  CountOrder,
  FoundChunks,
  Grouped,
  GroupedHits,
  SearchMethod,
  SearchOrder,
  TaskHit,
  TaskSearchOrder,
} from './order.ts'
import { makeShelf } from './shelf.ts'

export interface HeldVectorsParts {
  loader: Loader
  memoryBytes: number
  /** Lets others have their turn. */
  turn: () => Promise<void>
  /** Where a filter of keys leaves no more chunks of a bucket with an index, all of them are compared. */
  fewChunks?: number
}

const FEW_CHUNKS = 10_000

/** What is held and searched by itself. */
interface Held<Needs> {
  readonly sizeBytes: number
  update(needs: Needs): Promise<boolean>
}

/**
 * Searches vectors that are held in memory, and loads what is not or no longer held. Searches of one source go one after
 * the other, so that none sees what is half taken in. What is not there has nothing. Throws what the loader throws.
 */
export function makeHeldVectors({ loader, memoryBytes, turn, fewChunks = FEW_CHUNKS }: HeldVectorsParts) {
  const shelf = makeShelf<Held<never>>(memoryBytes)
  const mutex = makeKeyedMutex()
  const counted = new Map<number, { version: number; counts: ChunkCount[] }>()
  const oneAtATime: Loader = {
    ...loader,
    changes: (...question) => mutex('loader', () => loader.changes(...question)),
    taskChanges: (...question) => mutex('loader', () => loader.taskChanges(...question)),
  }

  /** Brings what is held of a source up to date and hands it to `find`; undefined when the source is not there. */
  const inHeld = <Needs, Each extends Held<Needs>, Found>(
    { name, make, needs }: { name: string; make: () => Each; needs: Needs },
    find: (held: Each) => Found,
  ): Promise<Found | undefined> =>
    mutex(`source ${name}`, async () => {
      // A name begins with the kind of what it names.
      const held = shelf.take(name, make as () => Held<never>) as unknown as Each
      let isThere = false
      try {
        isThere = await held.update(needs)
      } finally {
        if (!isThere) shelf.drop(name)
      }
      if (!isThere) return undefined
      shelf.trim()
      return find(held)
    })

  async function timed<Hit>(
    search: (onLoaded: () => void) => Promise<(Grouped<Hit> & { method?: SearchMethod }) | undefined>,
  ): Promise<GroupedHits<Hit>> {
    const startMs = performance.now()
    let loadedMs = startMs
    const found = await search(() => (loadedMs = performance.now()))
    const nothing = { groups: [], vectorCount: 0, exactCount: 0 }
    return {
      method: 'exact',
      ...(found ?? nothing),
      loadMs: loadedMs - startMs,
      searchMs: performance.now() - loadedMs,
    }
  }

  const assetsWith = ({ accountId, filter }: NonNullable<TaskSearchOrder['metadata']>) =>
    mutex('loader', () => loader.assetsWith(accountId, (values) => fitsMetadata(values, filter)))

  const bucket = (source: ChunkSource) => ({
    name: `bucket ${nameOf(source)}`,
    make: () => makeHeldBucket(source, { loader: oneAtATime, turn }),
  })

  const changesSince = new Map<string, number>()

  /** What came after an index of neighbours was brought up to date; of a bucket it is held once. */
  const changes = (source: ChunkSource, since: number) => {
    const nameSince = (version: number) => `changes ${version} ${nameOf(source)}`
    const before = changesSince.get(nameOf(source))
    if (before !== undefined && before !== since) shelf.drop(nameSince(before))
    changesSince.set(nameOf(source), since)
    return {
      name: nameSince(since),
      make: () => makeHeldBucket(source, { loader: oneAtATime, turn, since }),
    }
  }

  const byIndex: IndexSearch | undefined = loader.index && {
    index: loader.index,
    fewChunks,
    inChanges: (source, { since, version }, find) =>
      inHeld({ ...changes(source, since), needs: { version, vectors: true, words: false } }, find),
    inWords: (source, version, find) =>
      inHeld({ ...bucket(source), needs: { version, vectors: false, words: true } }, (held) =>
        find(held.words),
      ),
  }

  const tasks = (source: TaskSource) => ({
    name: `tasks ${source.setId} ${source.taskId ?? ''}`,
    make: () => makeHeldTasks(source, oneAtATime, turn),
  })

  return {
    async find(order: SearchOrder): Promise<FoundChunks> {
      const found = byIndex && (await findChunksByIndex(byIndex, sourceOf(order), order))
      if (found) return found
      const needs = { version: order.version, vectors: true, words: order.terms !== undefined }
      const hits = await inHeld({ ...bucket(sourceOf(order)), needs }, (held) => findChunks(held, order))
      return { hits: hits ?? [], method: 'exact' }
    },

    findFiles: (order: BucketSearchOrder): Promise<GroupedHits<ChunkHit>> =>
      timed(async (onLoaded) => {
        const found = byIndex && (await findFilesByIndex(byIndex, sourceOf(order), order))
        if (found) return found
        const needs = { version: order.version, vectors: true, words: false }
        return inHeld({ ...bucket(sourceOf(order)), needs }, (held) => {
          onLoaded()
          return findFiles(held, order)
        })
      }),

    async findTasks(order: TaskSearchOrder): Promise<GroupedHits<TaskHit>> {
      const { setId, taskIds, version, metadata } = order
      // Metadata may change at any time, so they are looked up for each search.
      const assets = metadata && (await assetsWith(metadata))
      const [only, second] = taskIds ?? []
      const source = { setId, ...(only !== undefined && second === undefined && { taskId: only }) }
      return timed((onLoaded) =>
        inHeld({ ...tasks(source), needs: { version } }, (held) => {
          onLoaded()
          return held.find(order, assets)
        }),
      )
    },

    async chunkCounts({ bucketId, version }: CountOrder): Promise<ChunkCount[]> {
      const known = counted.get(bucketId)
      if (known?.version === version) return known.counts
      const counts = await mutex('loader', () => loader.chunkCounts(bucketId))
      counted.set(bucketId, { version, counts })
      return counts
    },
  }
}

const sourceOf = ({ bucketId, model }: ChunkSource): ChunkSource => ({ bucketId, model })

/** Chunks of two models never meet, not even while one takes the place of the other. */
const nameOf = ({ bucketId, model }: ChunkSource): string => `${bucketId} ${model.id}@${model.revision}`
