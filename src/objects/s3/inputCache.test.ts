import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openInputCache, type InputCache, type Load } from './inputCache.ts'

let folder: string
let pathCount = 0
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'embedline-cache-'))))
afterEach(() => rm(folder, { recursive: true, force: true }))

const HASHES = ['a', 'b', 'c'].map((letter) => letter.repeat(64)) as [string, string, string]
const [A, B, C] = HASHES

/** With room for ten bytes. */
const open = () =>
  openInputCache({
    folder: join(folder, 'cache'),
    mostBytes: 10,
    newPath: () => join(folder, `new-${++pathCount}`),
  })

/** Writes so many bytes, and counts how often. */
function loading(sizeBytes: number) {
  const load = async ({ path, onSize }: Parameters<Load>[0]) => {
    counted.count++
    await onSize(sizeBytes)
    await writeFile(path, 'x'.repeat(sizeBytes))
    return sizeBytes
  }
  const counted = { load, count: 0 }
  return counted
}

const files = async () => (await readdir(join(folder, 'cache'))).map((name) => name.slice(0, 1)).toSorted()
const read = (cache: InputCache, hash: string, load: Load) =>
  cache.use(hash, { load }, (path) => readFile(path, 'utf8'))

test('what is here is loaded once, also for those who come while it is loaded', async () => {
  const cache = await open()
  const four = loading(4)
  expect(await Promise.all([read(cache, A, four.load), read(cache, A, four.load)])).toEqual(['xxxx', 'xxxx'])
  expect(await read(cache, A, four.load)).toBe('xxxx')
  expect(four.count).toBe(1)
})

test('the least recently used goes first, and nothing that is used', async () => {
  const cache = await open()
  const four = loading(4)
  await read(cache, A, four.load)
  await read(cache, B, four.load)
  await read(cache, A, four.load)
  await read(cache, C, four.load)
  expect(await files()).toEqual(['a', 'c'])
  await cache.use(A, four, () => read(cache, B, loading(10).load))
  expect(await files()).toEqual(['a'])
  expect(four.count).toBe(3)
})

test('what is larger than the cache is there while it is used', async () => {
  const cache = await open()
  expect(await read(cache, A, loading(20).load)).toHaveLength(20)
  expect(await files()).toEqual([])
})

test('whoever gives up leaves the others alone; when all have, the loading ends', async () => {
  const cache = await open()
  const stopped = Promise.withResolvers<void>()
  const load: Load = ({ signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        stopped.resolve()
        reject(signal.reason as Error)
      })
    })
  const [one, other] = [new AbortController(), new AbortController()]
  const waiting = [one, other].map(({ signal }) => cache.use(A, { load, signal }, async () => 'never'))
  one.abort()
  await expect(waiting[0]).rejects.toMatchObject({ code: 'aborted' })
  other.abort()
  await expect(waiting[1]).rejects.toMatchObject({ code: 'aborted' })
  await stopped.promise
  expect(await read(cache, A, loading(4).load)).toBe('xxxx')
})

test('a loading that fails fails for all who wait, and is tried anew after that', async () => {
  const cache = await open()
  const broken: Load = () => Promise.reject(new Error('broken'))
  const both = await Promise.allSettled([read(cache, A, broken), read(cache, A, broken)])
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await read(cache, A, loading(4).load)).toBe('xxxx')
})

test('what is dropped is gone for those who come, and stays for those who use it', async () => {
  const cache = await open()
  const four = loading(4)
  await cache.use(A, four, async (path) => {
    await cache.drop(A)
    expect(await readFile(path, 'utf8')).toBe('xxxx')
    expect(await read(cache, A, four.load)).toBe('xxxx')
    await cache.drop(A)
  })
  expect(four.count).toBe(2)
  expect(await files()).toEqual([])
})

test('a file that is taken in is here, and after a restart too, without what does not belong there', async () => {
  const before = await open()
  for (const hash of [A, A, B]) {
    const path = join(folder, 'mine')
    await writeFile(path, 'mine')
    await before.adopt(hash, path)
  }
  await before.close()
  await writeFile(join(folder, 'cache', 'half'), 'rubbish')
  const after = await open()
  expect(await files()).toEqual(['a', 'b'])
  const none = loading(1)
  expect(await read(after, A, none.load)).toBe('mine')
  expect(none.count).toBe(0)
  expect(await read(after, C, loading(6).load)).toHaveLength(6)
  expect(await files()).toEqual(['a', 'c'])
})
