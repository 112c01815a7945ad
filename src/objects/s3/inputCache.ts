import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { EmbedlineError } from '../../domain/errors.ts'
import type { Opened } from '../../lib/closing.ts'
import { touchingDisk } from '../durable.ts'

const NAME = /^([0-9a-f]{64})-(\d+)$/

export interface CacheParts {
  /** Of this process alone. */
  folder: string
  /** What nobody uses is removed when all is more than this, the least recently used first. */
  mostBytes: number
  /** Where a file is written before it has its place. */
  newPath: () => string
}

export interface LoadOptions {
  path: string
  signal: AbortSignal
  /** To be called when it is known how much will come. */
  onSize: (sizeBytes: number) => Promise<void>
}

/** Writes the bytes to the path, and returns their size. */
export type Load = (options: LoadOptions) => Promise<number>

/** Files of this machine with the bytes of objects that lie elsewhere, by the hash of their content. */
export interface InputCache extends Opened {
  /** Has the bytes in a file while `use` runs; they are loaded once for all who want them. Throws as `load` does, `aborted`. */
  use<T>(
    hash: string,
    options: { load: Load; signal?: AbortSignal | undefined },
    use: (path: string) => Promise<T>,
  ): Promise<T>
  /** Takes a file that is here already. */
  adopt(hash: string, path: string): Promise<void>
  has(hash: string): boolean
  /** Of what is here or just coming, the least recently used first. */
  hashes(): readonly string[]
  /** Removes the bytes, at the latest when nobody uses them any more. */
  drop(hash: string): Promise<void>
}

interface Entry {
  path: string
  sizeBytes: number
  users: number
  state: 'loading' | 'here' | 'dropped'
  loaded: Promise<void>
  loading: AbortController
}

/** Opens the cache with what is in the folder; a file of another name there goes. Throws `disk_full`, `storage_unavailable`. */
export async function openInputCache({ folder, mostBytes, newPath }: CacheParts): Promise<InputCache> {
  // The least recently used first.
  const entries = new Map<string, Entry>()
  let count = 0

  const newPlace = (hash: string) => join(folder, `${hash}-${++count}`)

  async function find(): Promise<void> {
    await mkdir(folder, { recursive: true })
    const found: { hash: string; path: string; sizeBytes: number; writtenMs: number }[] = []
    for (const name of await readdir(folder)) {
      const path = join(folder, name)
      const [, hash, number] = NAME.exec(name) ?? []
      if (hash === undefined) await rm(path, { recursive: true, force: true })
      else {
        const { size, mtimeMs } = await stat(path)
        found.push({ hash, path, sizeBytes: size, writtenMs: mtimeMs })
        count = Math.max(count, Number(number))
      }
    }
    for (const { hash, path, sizeBytes } of found.toSorted((a, b) => a.writtenMs - b.writtenMs)) {
      const before = entries.get(hash)
      if (before) await rm(before.path, { force: true })
      entries.delete(hash)
      entries.set(hash, entryOf(path, sizeBytes))
    }
    await makeRoom(0)
  }

  const entryOf = (path: string, sizeBytes: number): Entry => ({
    path,
    sizeBytes,
    users: 0,
    state: 'here',
    loaded: Promise.resolve(),
    loading: new AbortController(),
  })

  /** Removes what is used least until so much more fits, as far as that can be. */
  async function makeRoom(sizeBytes: number): Promise<void> {
    let total = sizeBytes
    for (const entry of entries.values()) total += entry.sizeBytes
    for (const [hash, entry] of entries) {
      if (total <= mostBytes) return
      if (entry.users > 0 || entry.state !== 'here') continue
      entries.delete(hash)
      total -= entry.sizeBytes
      await rm(entry.path, { force: true })
    }
  }

  function begin(hash: string, load: Load): Entry {
    const entry: Entry = { ...entryOf(newPlace(hash), 0), state: 'loading' }
    const half = newPath()
    const fill = async () => {
      try {
        entry.sizeBytes = await load({
          path: half,
          signal: entry.loading.signal,
          onSize: makeRoom,
        })
        await touchingDisk(() => rename(half, entry.path))
        if (entry.state === 'loading') entry.state = 'here'
      } catch (failure) {
        await rm(half, { force: true })
        if (entries.get(hash) === entry) entries.delete(hash)
        throw failure
      }
    }
    entry.loaded = fill()
    entries.set(hash, entry)
    return entry
  }

  async function release(hash: string, entry: Entry): Promise<void> {
    if (--entry.users > 0) return
    if (entry.state === 'loading') {
      if (entries.get(hash) === entry) entries.delete(hash)
      entry.state = 'dropped'
      entry.loading.abort()
    }
    if (entry.state === 'dropped') {
      await entry.loaded.catch(() => {})
      await rm(entry.path, { force: true })
    }
    await makeRoom(0)
  }

  await touchingDisk(find)

  return {
    async use(hash, { load, signal }, use) {
      const entry = entries.get(hash) ?? begin(hash, load)
      entries.delete(hash)
      entries.set(hash, entry)
      entry.users++
      try {
        await unlessAborted(entry.loaded, signal)
        return await use(entry.path)
      } finally {
        await release(hash, entry)
      }
    },

    async adopt(hash, path) {
      if (entries.has(hash)) return rm(path, { force: true })
      await touchingDisk(async () => {
        const { size } = await stat(path)
        const place = newPlace(hash)
        await rename(path, place)
        if (entries.has(hash)) await rm(place, { force: true })
        else entries.set(hash, entryOf(place, size))
        await makeRoom(0)
      })
    },

    hashes: () => [...entries.keys()],

    has: (hash) => entries.get(hash)?.state === 'here',

    async drop(hash) {
      const entry = entries.get(hash)
      if (!entry) return
      entries.delete(hash)
      entry.state = 'dropped'
      if (entry.users === 0) await rm(entry.path, { force: true })
    },

    async close() {
      for (const { loading } of entries.values()) loading.abort()
      await Promise.allSettled([...entries.values()].map(({ loaded }) => loaded))
    },
  }
}

/** What `work` comes to, unless the caller gives up first; the work goes on for others. */
async function unlessAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  // Whoever gives up leaves nobody who would be told of a failure.
  work.catch(() => {})
  if (!signal) return work
  const gaveUp = Promise.withResolvers<never>()
  const giveUp = () => gaveUp.reject(new EmbedlineError('aborted', 'The bytes are not wanted any more.'))
  if (signal.aborted) giveUp()
  signal.addEventListener('abort', giveUp)
  try {
    await Promise.race([work, gaveUp.promise])
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}
