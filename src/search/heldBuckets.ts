import { makeKeyedMutex } from '../lib/keyedMutex.ts'
import { findChunks } from './findChunks.ts'
import { makeHeldBucket, type HeldBucket } from './heldBucket.ts'
import type { Loader } from './loader.ts'
import type { SearchHit, SearchOrder } from './order.ts'
import { makeShelf } from './shelf.ts'

export interface HeldBucketsParts {
  loader: Loader
  memoryBytes: number
  /** Lets others have their turn. */
  turn: () => Promise<void>
}

/**
 * Searches buckets whose chunks are held in memory, and loads what is not or no longer held. Searches of one bucket go
 * one after the other, so that none sees what is half taken in.
 */
export function makeHeldBuckets({ loader, memoryBytes, turn }: HeldBucketsParts) {
  const shelf = makeShelf<HeldBucket>(memoryBytes)
  const mutex = makeKeyedMutex()
  const oneAtATime: Loader = {
    changes: (...question) => mutex('loader', () => loader.changes(...question)),
    close: () => loader.close(),
  }

  async function updated(order: SearchOrder): Promise<HeldBucket | undefined> {
    const { bucketId, model, version, terms } = order
    const name = nameOf(order)
    const bucket = shelf.take(name, () => makeHeldBucket({ bucketId, model }, oneAtATime, turn))
    try {
      if (await bucket.update({ version, words: terms !== undefined })) return bucket
    } catch (failure) {
      shelf.drop(name)
      throw failure
    }
    shelf.drop(name)
    return undefined
  }

  return {
    /** Best first; nothing for a bucket that is not there. Throws what the loader throws. */
    find: (order: SearchOrder): Promise<SearchHit[]> =>
      mutex(`bucket ${nameOf(order)}`, async () => {
        const bucket = await updated(order)
        if (bucket === undefined) return []
        shelf.trim()
        return findChunks(bucket, order)
      }),
  }
}

/** What is held by itself: chunks of two models never meet, not even while one takes the place of the other. */
const nameOf = ({ bucketId, model }: SearchOrder): string => `${bucketId} ${model.id}@${model.revision}`
