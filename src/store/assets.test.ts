import { expect, test } from 'vitest'
import { withStore, type StoreForTest } from '../../test/support/withStore.ts'
import type { MediaFacts } from '../domain/media.ts'
import {
  getAsset,
  insertAsset,
  listAssets,
  removeAsset,
  setAssetFailed,
  setAssetReady,
  type AssetFilter,
  type NewAsset,
} from './assets.ts'

const facts: MediaFacts = {
  container: 'mp4',
  durationSec: 3,
  sizeBytes: 5,
  subtitles: [],
  isPicture: false,
  seeksExactly: true,
  warnings: [],
}

const addAsset = ({ store, clock }: StoreForTest, id: string, asset: Partial<NewAsset> = {}) =>
  store.write((db) =>
    insertAsset(db, {
      id,
      accountId: 'a',
      method: 'direct',
      filename: `${id}.mp4`,
      mimeType: 'video/mp4',
      bytes: { hash: 'hash', sizeBytes: 5 },
      wantsThumbnail: false,
      nowMs: clock.nowMs(),
      ...asset,
    }),
  )

const listed = async ({ store }: StoreForTest, filter: Partial<AssetFilter>) => {
  const { rows, total } = await listAssets(store.read, 'a', { page: 1, pageSize: 10, ...filter })
  return { ids: rows.map(({ id }) => id), total }
}

test('an asset is read back as it was taken, by its own account only', () =>
  withStore(async (parts) => {
    const userMetadata = { season: 2, live: true, team: 'red' }
    const asset = await addAsset(parts, 'one', { userMetadata })
    expect(asset).toMatchObject({ state: 'processing', userMetadata })
    expect(await getAsset(parts.store.read, 'a', 'one')).toEqual({ asset, objectHash: 'hash' })
    expect(await getAsset(parts.store.read, 'b', 'one')).toBeUndefined()
  }))

test('an asset becomes ready or failed once', () =>
  withStore(async (parts) => {
    const { store } = parts
    const failure = { code: 'media_unreadable', message: 'it is a text' } as const
    await addAsset(parts, 'good')
    await addAsset(parts, 'bad')
    await store.write((db) => setAssetReady(db, 'good', { facts, mimeType: 'audio/mp4', nowMs: 7 }))
    await store.write((db) => setAssetFailed(db, 'good', { failure, nowMs: 8 }))
    await store.write((db) => setAssetFailed(db, 'bad', { failure, nowMs: 8 }))
    await store.write((db) => setAssetReady(db, 'bad', { facts, mimeType: 'audio/mp4', nowMs: 9 }))
    const read = async (id: string) => (await getAsset(store.read, 'a', id))?.asset
    expect(await read('good')).toMatchObject({ state: 'ready', facts, mimeType: 'audio/mp4', updatedMs: 7 })
    expect(await read('good')).not.toHaveProperty('failure')
    expect(await read('bad')).toMatchObject({ state: 'failed', failure, updatedMs: 8 })
  }))

test('lists are newest first and can be narrowed by id, name and type', () =>
  withStore(async (parts) => {
    const add = async (id: string, asset: Partial<NewAsset>) => {
      await addAsset(parts, id, asset)
      parts.clock.advance(1)
    }
    await add('one', { filename: 'Holiday 100%.MP4' })
    await add('two', { filename: 'holiday_1.wav', mimeType: 'audio/wav' })
    await add('three', { filename: 'cat.png', mimeType: 'image/png' })
    await add('foreign', { accountId: 'b' })
    expect(await listed(parts, {})).toEqual({ ids: ['three', 'two', 'one'], total: 3 })
    expect(await listed(parts, { page: 2, pageSize: 2 })).toEqual({ ids: ['one'], total: 3 })
    expect(await listed(parts, { ids: ['one', 'three', 'foreign', 'none'] })).toEqual({
      ids: ['three', 'one'],
      total: 2,
    })
    expect(await listed(parts, { filename: 'HOLIDAY' })).toEqual({ ids: ['two', 'one'], total: 2 })
    expect(await listed(parts, { filename: '%' })).toEqual({ ids: ['one'], total: 1 })
    expect(await listed(parts, { mimeTypes: ['audio/', 'image/png'] })).toEqual({
      ids: ['three', 'two'],
      total: 2,
    })
    expect(await listed(parts, { mimeTypes: ['audio/', 'video/'], filename: '.mp4' })).toEqual({
      ids: ['one'],
      total: 1,
    })
  }))

test('an asset is removed once, and only by its account', () =>
  withStore(async (parts) => {
    await addAsset(parts, 'one')
    const remove = (accountId: string, objectHash: string | undefined = 'hash') =>
      parts.store.write((db) => removeAsset(db, accountId, { id: 'one', objectHash }))
    expect([await remove('b'), await remove('a'), await remove('a')]).toEqual([false, true, false])
  }))

test('an asset is not removed by who does not know its bytes', () =>
  withStore(async (parts) => {
    await addAsset(parts, 'one')
    for (const objectHash of ['other', undefined])
      expect(await parts.store.write((db) => removeAsset(db, 'a', { id: 'one', objectHash }))).toBe(false)
  }))
