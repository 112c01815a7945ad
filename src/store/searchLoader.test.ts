import { expect, test } from 'vitest'
import { withStore, type StoreForTest } from '../../test/support/withStore.ts'
import { insertFiles, finishFile } from './bucketFiles.ts'
import { insertChunks } from './chunks.ts'
import { hideEmbedding, insertEmbedding, nextVersion } from './embeddedBuckets.ts'
import { hideFiles, removeHiddenChunks, removeHiddenFiles } from './goneFiles.ts'
import { openLoader, type SearchLoader, type SearchRow } from './searchLoader.ts'

const SETTINGS = {
  model: { id: 'tiny', revision: '1' },
  chunks: { sizeCharacters: 10, overlapCharacters: 0 },
  loader: 'default',
} as const

interface Taken {
  version: number
  dropped: readonly number[]
  rows: SearchRow[]
}

/** A bucket with the files `a` and `b`, not embedded yet. */
const withBucket = (
  check: (
    parts: StoreForTest & { loader: SearchLoader; bucketId: number; a: number; b: number },
  ) => Promise<void>,
) =>
  withStore(async (parts) => {
    const { id: bucketId } = await parts.store.write((db) =>
      insertEmbedding(db, { accountId: 'a', bucket: 'x', settings: SETTINGS, modelName: 'tiny', nowMs: 1 }),
    )
    const listed = ['a', 'b'].map((key) => ({ key, sizeBytes: 1 }))
    const files = await parts.store.write((db) =>
      insertFiles(db, bucketId, listed, { taskId: 't', nowMs: 1 }),
    )
    const loader = await openLoader(parts.location)
    try {
      await check({ ...parts, loader, bucketId, a: files[0]!.id, b: files[1]!.id })
    } finally {
      await loader.close()
    }
  })

const embed = (
  { store, bucketId }: Pick<StoreForTest, 'store'> & { bucketId: number },
  fileId: number,
  { generation = 1, values = [1], dimension = 2, revision = '1' } = {},
) =>
  store.write(async (db) => {
    const chunks = values.map((value, ordinal) => ({
      ordinal,
      text: '',
      place: {},
      vector: new Float32Array(dimension).fill(value),
      termsJson: `{"t":${value}}`,
    }))
    await insertChunks(db, [{ fileId, generation, chunks }])
    const version = await nextVersion(db, bucketId, 1)
    await finishFile(db, fileId, 't', {
      generation,
      chunkCount: chunks.length,
      version: version!,
      sizeBytes: 1,
      changeToken: '',
      checksum: '',
      settingsJson: JSON.stringify({ ...SETTINGS, model: { id: 'tiny', revision } }),
      nowMs: 1,
    })
  })

async function take(
  loader: SearchLoader,
  bucketId: number,
  since: number,
  model: { id: string; revision: string } = SETTINGS.model,
): Promise<Taken | undefined> {
  let taken: Taken | undefined
  await loader.changes({ bucketId, model }, since, async ({ version, dropped, pages }) => {
    taken = { version, dropped, rows: (await Array.fromAsync(pages)).flat() }
  })
  return taken
}

test('all chunks that are searched come at first, later only those of files that changed', () =>
  withBucket(async (parts) => {
    const { loader, bucketId, a, b } = parts
    await embed(parts, a, { values: [1, 2] })
    await embed(parts, b)
    expect(await take(loader, bucketId, 0)).toEqual({
      version: 2,
      dropped: [],
      rows: [
        { fileId: a, ordinal: 0, key: 'a', vector: Float32Array.of(1, 1), termsJson: '{"t":1}' },
        { fileId: a, ordinal: 1, key: 'a', vector: Float32Array.of(2, 2), termsJson: '{"t":2}' },
        { fileId: b, ordinal: 0, key: 'b', vector: Float32Array.of(1, 1), termsJson: '{"t":1}' },
      ],
    })
    await embed(parts, a, { generation: 2, values: [7] })
    const changes = await take(loader, bucketId, 2)
    expect(changes).toMatchObject({ version: 3, dropped: [a], rows: [{ fileId: a, ordinal: 0 }] })
    expect(changes?.rows[0]?.vector).toEqual(Float32Array.of(7, 7))
    expect(await take(loader, bucketId, 3)).toEqual({ version: 3, dropped: [], rows: [] })
  }))

test('a generation that is still written is not seen', () =>
  withBucket(async (parts) => {
    const { loader, store, bucketId, a } = parts
    await embed(parts, a)
    const next = { ordinal: 0, text: '', place: {}, vector: Float32Array.of(9), termsJson: '{}' }
    await store.write((db) => insertChunks(db, [{ fileId: a, generation: 2, chunks: [next] }]))
    expect((await take(loader, bucketId, 0))?.rows).toHaveLength(1)
  }))

test('a file that is gone is dropped, before and after its rows are removed', () =>
  withBucket(async (parts) => {
    const { loader, store, bucketId, a, b } = parts
    await embed(parts, a)
    await embed(parts, b)
    await store.write(async (db) => {
      const version = await nextVersion(db, bucketId, 2)
      await hideFiles(db, [a], { version: version!, nowMs: 2 })
    })
    const dropped = async () => new Set((await take(loader, bucketId, 2))?.dropped)
    expect(await dropped()).toEqual(new Set([a]))
    expect(await store.write((db) => removeHiddenChunks(db, [a, b], 500))).toBe(1)
    await store.write((db) => removeHiddenFiles(db, [a, b]))
    expect(await dropped()).toEqual(new Set([a]))
    expect((await take(loader, bucketId, 0))?.rows).toMatchObject([{ fileId: b }])
  }))

test('many chunks come in pages of about a megabyte, all of one moment', () =>
  withBucket(async (parts) => {
    const { loader, bucketId, a, b } = parts
    await embed(parts, a, { values: Array.from({ length: 300 }, () => 1), dimension: 4096 })
    const sizes: number[] = []
    await loader.changes({ bucketId, model: SETTINGS.model }, 0, async ({ pages }) => {
      for await (const page of pages) {
        sizes.push(page.length)
        if (sizes.length === 1) await embed(parts, b)
      }
    })
    expect(sizes).toEqual([64, 64, 64, 64, 44])
  }))

test('an embedding that is deleted, or never was, has no changes', () =>
  withBucket(async (parts) => {
    const { loader, store, bucketId, a } = parts
    await embed(parts, a)
    expect(await take(loader, bucketId + 1, 0)).toBeUndefined()
    await store.write((db) => hideEmbedding(db, 'a', 'x', 3))
    expect(await take(loader, bucketId, 0)).toBeUndefined()
  }))

test('chunks of one model come only, and a file that another one embeds anew is dropped', () =>
  withBucket(async (parts) => {
    const { loader, bucketId, a, b } = parts
    await embed(parts, a)
    await embed(parts, b)
    await embed(parts, a, { generation: 2, revision: '2' })
    expect(await take(loader, bucketId, 0)).toMatchObject({ rows: [{ fileId: b }] })
    expect(await take(loader, bucketId, 2)).toMatchObject({ dropped: [a], rows: [] })
    expect(await take(loader, bucketId, 0, { id: 'tiny', revision: '2' })).toMatchObject({
      rows: [{ fileId: a }],
    })
    expect(await take(loader, bucketId, 0, { id: 'other', revision: '1' })).toMatchObject({ rows: [] })
  }))

test('the chunks of a bucket are counted by the model that embedded them', () =>
  withBucket(async (parts) => {
    const { loader, bucketId, a, b } = parts
    await embed(parts, a, { values: [1, 2] })
    await embed(parts, b, { revision: '2' })
    expect(await loader.chunkCounts(bucketId)).toEqual([
      { model: { id: 'tiny', revision: '1' }, count: 2 },
      { model: { id: 'tiny', revision: '2' }, count: 1 },
    ])
    expect(await loader.chunkCounts(bucketId + 1)).toEqual([])
  }))
