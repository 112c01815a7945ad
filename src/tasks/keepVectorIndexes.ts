import type { Db } from '../domain/tables.ts'
import type { ModelPin } from '../domain/model.ts'
import { ensureExtension } from '../store/postgres/vectorIndex/extension.ts'
import {
  beginIndex,
  buildIndex,
  dropIndex,
  MOST_DIMENSIONS,
} from '../store/postgres/vectorIndex/indexTable.ts'
import { takeInSome } from '../store/postgres/vectorIndex/takeIn.ts'
import { listMaybeIndexed, sizeOfBucket, type MaybeIndexed } from '../store/vectorIndexes.ts'
import type { Store, TaskParts, VectorIndexes } from './parts.ts'

type Parts = Pick<TaskParts, 'clock' | 'logger'> & {
  store: Pick<Store, 'read'>
  vectorIndexes: VectorIndexes
}

/** A bucket that has shrunk to less than this part of what one needs for an index loses it. */
const KEPT_FROM = 0.5

/**
 * Makes the indexes of neighbours of buckets that have become large, brings those that there are up to date, and removes
 * those that nobody needs. With several servers each index is worked on by one of them at a time. What was begun is
 * undone on `signal`. Returns what has to be remembered until the next time.
 */
export async function keepVectorIndexes(
  parts: Parts,
  seen: ReadonlyMap<number, SeenBucket>,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, SeenBucket>> {
  const now = new Map<number, SeenBucket>()
  for (const each of await listMaybeIndexed(parts.store.read)) {
    if (signal.aborted) break
    const known = each.bucket && (await seeBucket(parts, each.bucketId, each.bucket, seen))
    if (known) now.set(each.bucketId, known)
    await keepIndex(parts, each, known?.size, signal)
  }
  return now
}

type Write = <T>(change: (db: Db) => Promise<T>) => Promise<T>

/** How large a bucket was at a version, which need not be counted again. */
export interface SeenBucket {
  version: number
  model: ModelPin
  size: BucketSize
}

interface BucketSize {
  chunkCount: number
  dimension: number
}

async function seeBucket(
  { store }: Parts,
  bucketId: number,
  { version, model }: NonNullable<MaybeIndexed['bucket']>,
  seen: ReadonlyMap<number, SeenBucket>,
): Promise<SeenBucket> {
  const before = seen.get(bucketId)
  if (before?.version === version && isSame(before.model, model)) return before
  return { version, model, size: await sizeOfBucket(store.read, bucketId, model) }
}

async function keepIndex(
  parts: Parts,
  { bucketId, bucket, index }: MaybeIndexed,
  size: BucketSize | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { vectorIndexes, clock, logger } = parts
  const least = vectorIndexes.leastChunks ?? Number.POSITIVE_INFINITY
  const write: Write = (change) => vectorIndexes.write(change, signal)
  if (index) {
    const isOf = bucket !== undefined && isSame(bucket.model, index.model)
    if (!isOf || (size?.chunkCount ?? 0) < KEPT_FROM * least) {
      await write((db) => dropIndex(db, bucketId))
      logger.info('an index of neighbours was removed', { bucketId })
      return
    }
  } else if (!bucket || !size || size.chunkCount < least || !(await canIndex(parts, size, write))) return
  else
    await write((db) =>
      beginIndex(db, { bucketId, model: bucket.model, dimension: size.dimension, nowMs: clock.nowMs() }),
    )
  if ((await takeInAll(bucketId)) && index?.state !== 'ready') {
    const startMs = performance.now()
    if (await write((db) => buildIndex(db, bucketId, clock.nowMs())))
      logger.info('an index of neighbours is ready', {
        bucketId,
        chunkCount: size?.chunkCount,
        durationSec: Math.round((performance.now() - startMs) / 1000),
      })
  }

  /** False: another server is at it. */
  async function takeInAll(id: number): Promise<boolean> {
    for (;;) {
      const outcome = await write((db) => takeInSome(db, id, clock.nowMs()))
      if (outcome !== 'more') return outcome === 'complete'
    }
  }
}

/** Says once why not: a large bucket is then searched exactly, and all of it is held in memory. */
async function canIndex(
  { vectorIndexes, logger }: Parts,
  { dimension }: BucketSize,
  write: Write,
): Promise<boolean> {
  const before = vectorIndexes.obstacle
  const obstacle =
    dimension > MOST_DIMENSIONS
      ? `Vectors of ${dimension} numbers cannot be indexed, at most ${MOST_DIMENSIONS}.`
      : await write(ensureExtension)
  if (obstacle === undefined) delete vectorIndexes.obstacle
  else {
    vectorIndexes.obstacle = obstacle
    if (obstacle !== before) logger.warn('a large bucket is searched without an index', { reason: obstacle })
  }
  return obstacle === undefined
}

const isSame = (one: ModelPin, other: ModelPin): boolean =>
  one.id === other.id && one.revision === other.revision
