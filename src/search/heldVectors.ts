import { fitsMetadata } from '../domain/metadataFilter.ts'
import { makeKeyedMutex } from '../lib/keyedMutex.ts'
import { findChunks } from './findChunks.ts'
import { findFiles } from './findFiles.ts'
import { makeHeldBucket } from './heldBucket.ts'
import { makeHeldTasks } from './heldTasks.ts'
import type { ChunkCount, ChunkSource, Loader, TaskSource } from './loader.ts'
import type {
  BucketSearchOrder,
  ChunkHit,
  CountOrder,
  Grouped,
  GroupedHits,
  SearchHit,
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
}

/** What is held and searched by itself. */
interface Held<Needs> {
  readonly sizeBytes: number
  update(needs: Needs): Promise<boolean>
}

/**
 * Searches vectors that are held in memory, and loads what is not or no longer held. Searches of one source go one after
 * the other, so that none sees what is half taken in. What is not there has nothing. Throws what the loader throws.
 */
export function makeHeldVectors({ loader, memoryBytes, turn }: HeldVectorsParts) {
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
    search: (onLoaded: () => void) => Promise<Grouped<Hit> | undefined>,
  ): Promise<GroupedHits<Hit>> {
    const startMs = performance.now()
    let loadedMs = startMs
    const found = await search(() => (loadedMs = performance.now()))
    const nothing = { groups: [], vectorCount: 0, exactCount: 0 }
    return { ...(found ?? nothing), loadMs: loadedMs - startMs, searchMs: performance.now() - loadedMs }
  }

  const assetsWith = ({ accountId, filter }: NonNullable<TaskSearchOrder['metadata']>) =>
    mutex('loader', () => loader.assetsWith(accountId, (values) => fitsMetadata(values, filter)))

  const bucket = (source: ChunkSource) => ({
    name: `bucket ${nameOf(source)}`,
    make: () => makeHeldBucket(source, oneAtATime, turn),
  })

  const tasks = (source: TaskSource) => ({
    name: `tasks ${source.setId} ${source.taskId ?? ''}`,
    make: () => makeHeldTasks(source, oneAtATime, turn),
  })

  return {
    /** Best first. */
    async find(order: SearchOrder): Promise<SearchHit[]> {
      const needs = { version: order.version, words: order.terms !== undefined }
      return (await inHeld({ ...bucket(sourceOf(order)), needs }, (held) => findChunks(held, order))) ?? []
    },

    findFiles: (order: BucketSearchOrder): Promise<GroupedHits<ChunkHit>> =>
      timed((onLoaded) =>
        inHeld({ ...bucket(sourceOf(order)), needs: { version: order.version, words: false } }, (held) => {
          onLoaded()
          return findFiles(held, order)
        }),
      ),

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
