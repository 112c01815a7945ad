import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { EmbedlineError } from '../../domain/errors.ts'
import type { Clock } from '../../lib/clock.ts'
import { closeAll, type Opened } from '../../lib/closing.ts'
import { makeKeyedMutex, type KeyedMutex } from '../../lib/keyedMutex.ts'
import type { Logger } from '../../lib/logger.ts'
import { openIncoming } from '../incoming.ts'
import { placeOf, type Objects } from '../objects.ts'
import { openBucket } from './bucket.ts'
import { openInputCache, type Load } from './inputCache.ts'
import { storageSpoilt } from './failure.ts'
import { openSessions, partsMissing } from './parts.ts'
import { read, readToFile } from './read.ts'
import { readChecked } from './readChecked.ts'
import { PACE, type Pace } from './retry.ts'
import { copyObject, sendFile, SIZES, type Sizes } from './send.ts'
import type { S3Settings } from './settings.ts'
import { watchParts } from './watchParts.ts'

/** An upload in parts that nobody knows is left alone for so long: the one who began it may be about to say so. */
const ABANDONED_AFTER_MS = 2 * 24 * 3_600_000

const STORED = /^([^/]+)\/[0-9a-f]{2}\/([0-9a-f]{64})$/

const ASSEMBLED = /^assembled\/[\w-]+$/

export interface S3Parts {
  settings: S3Settings
  /** Of this process alone: what passes through, and the files of inputs. */
  folder: string
  /** How much of the inputs is kept here. */
  cacheBytes: number
  clock: Pick<Clock, 'nowMs'>
  logger: Pick<Logger, 'warn'>
  random: () => number
  /** Keeps work of one name apart, among all who use the bucket. Absent: this process alone does. */
  exclusively?: KeyedMutex
  admit?: () => Promise<void>
  pace?: Partial<Pace>
  sizes?: Sizes
  /** Of lists. */
  pageSize?: number
  /** So long nothing may come over a connection. */
  idleMs?: number
}

export interface S3Objects extends Objects, Opened {
  /** Keeps the bytes of a file that stays where it is, and is what `hash` says. */
  keepCopy(accountId: string, file: { hash: string; sizeBytes: number; path: string }): Promise<void>
}

/**
 * Keeps bytes in an S3 bucket, under the same names as in a folder. What comes in passes through a folder of this machine,
 * because its name is its hash, and stays there in the cache of inputs. Throws `storage_unavailable` when the bucket cannot
 * be used for a reason that will not pass by itself, and as the folder does.
 */
export async function openS3Objects(parts: S3Parts): Promise<S3Objects> {
  const { settings, folder, clock, sizes = SIZES } = parts
  const { prefix } = settings
  const pace: Pace = { ...PACE, random: parts.random, ...parts.pace }
  const bucket = openBucket({
    settings,
    pace,
    pageSize: parts.pageSize,
    idleMs: parts.idleMs,
  })
  await checkBucket(parts, () => bucket.list(prefix).next())
  const incoming = await openIncoming({ folder, ...(parts.admit && { admit: parts.admit }) })
  const { newPath, unfinishedPath, receive, resume, checkSpace } = incoming
  const cache = await openInputCache({ folder: join(folder, 'cache'), mostBytes: parts.cacheBytes, newPath })
  const reading = { bucket, pace }
  const sessions = openSessions({
    ...reading,
    prefix,
    incoming,
    mutex: parts.exclusively ?? makeKeyedMutex(),
  })
  /** Of parts that this process has put together and read. */
  const hashed = new Map<string, string>()

  const keyOf = (accountId: string, hash: string) => prefix + placeOf(accountId, hash)

  const withRoom = (makeRoom?: (sizeBytes: number) => Promise<void>) => async (sizeBytes: number) => {
    await makeRoom?.(sizeBytes)
    await checkSpace(sizeBytes)
  }

  const keepCopy: S3Objects['keepCopy'] = async (accountId, { hash, sizeBytes, path }) => {
    const key = keyOf(accountId, hash)
    if ((await bucket.sizeOf(key)) !== sizeBytes) await sendFile(bucket, key, { path, sizeBytes }, sizes)
  }

  const loadFrom =
    (accountId: string, hash: string): Load =>
    async ({ path, signal, onSize }) => {
      for (let isLast = false; ; isLast = true) {
        const found = await readToFile(reading, keyOf(accountId, hash), {
          path,
          signal,
          onSize: withRoom(onSize),
        })
        if (!found) throw missing()
        if (found.hash === hash) return found.sizeBytes
        await rm(path, { force: true })
        if (isLast) throw storageSpoilt()
      }
    }

  return {
    receive,
    resume,
    // The store has no end; what passes through here must fit.
    checkSpace: () => checkSpace(0),

    openPart: (name, place) => sessions.openPart(name, place),

    async hashParts(name, sizeBytes, signal, sent) {
      const key = await sessions.assemble(name)
      if (signal.aborted) throw new EmbedlineError('aborted', 'The hashing was stopped.')
      const path = unfinishedPath(name)
      for (let isLast = false; ; isLast = true) {
        const watched = sent && watchParts(sent)
        const found = await readToFile(reading, key, {
          path,
          signal,
          onSize: withRoom(),
          onBytes: (bytes) => watched?.take(bytes),
        })
        if (found?.sizeBytes !== sizeBytes) throw partsMissing()
        if (!watched || watched.areRight()) {
          hashed.set(name, found.hash)
          return found.hash
        }
        await rm(path, { force: true })
        if (isLast) throw storageSpoilt()
      }
    },

    async keepParts(name, accountId, hash) {
      const key = keyOf(accountId, hash)
      const isThere = (await bucket.sizeOf(key)) !== undefined
      if (!isThere && !(await copyObject(bucket, await sessions.assemble(name), key, sizes)))
        throw partsMissing()
      await sessions.end(name)
      if (hashed.get(name) === hash) await cache.adopt(hash, unfinishedPath(name))
      hashed.delete(name)
      await incoming.forget(name)
    },

    async unfinished() {
      const here = await incoming.unfinished()
      return [...new Set([...here, ...(await sessions.names())])]
    },

    async forget(name) {
      hashed.delete(name)
      await incoming.forget(name)
      await sessions.forget(name)
    },

    async keep(accountId, { hash, sizeBytes, temporaryPath }) {
      await keepCopy(accountId, { hash, sizeBytes, path: temporaryPath })
      await cache.adopt(hash, temporaryPath)
    },

    keepCopy,

    async open(accountId, hash, range) {
      const sum = range ? range.hash : hash
      const found = await readChecked(() => read(reading, keyOf(accountId, hash), range), {
        ...(sum !== undefined && { sha256: sum }),
      })
      if (!found) throw missing()
      return found
    },

    useFile: ({ accountId, hash }, signal, use) =>
      cache.use(hash, { load: loadFrom(accountId, hash), signal }, use),

    inputsHere: () => cache.hashes(),

    sizeOf: (accountId, hash) => bucket.sizeOf(keyOf(accountId, hash)),

    async remove(accountId, hash, signal) {
      await bucket.remove(keyOf(accountId, hash), signal)
      await cache.drop(hash)
    },

    async *list() {
      for await (const key of bucket.list(prefix)) {
        const [, accountId, hash] = STORED.exec(key.slice(prefix.length)) ?? []
        if (accountId !== undefined && hash !== undefined) yield { accountId, hash }
      }
    },

    async removeAbandoned() {
      for await (const { begunMs, ...upload } of bucket.listUploads(prefix)) {
        const name = upload.key.slice(prefix.length)
        const isOld = begunMs < clock.nowMs() - ABANDONED_AFTER_MS
        // Others may use the bucket too.
        const isOurs = STORED.test(name) || ASSEMBLED.test(name)
        if (isOld && isOurs && !(await sessions.isOpen(upload))) await bucket.abortParts(upload)
      }
    },

    close: () => closeAll([bucket, cache, incoming]),
  }
}

/** A store that is away at the start may be there for the first request. One that refuses will not. */
async function checkBucket({ logger }: S3Parts, look: () => Promise<unknown>): Promise<void> {
  try {
    await look()
  } catch (error) {
    const isPassing = error instanceof EmbedlineError && error.reason === 'storage_down'
    if (!isPassing) throw error
    logger.warn('the storage cannot be reached', { error })
  }
}

const missing = () => new EmbedlineError('not_found', 'The bytes are not here.')
