import { expect, test } from 'vitest'
import { addTask } from '../../test/support/queueItems.ts'
import { withStore, type StoreForTest } from '../../test/support/withStore.ts'
import { insertAsset } from './assets.ts'
import { insertClips, removeEmbeddings } from './embeddings.ts'
import { openLoader, type SearchLoader } from './searchLoader.ts'
import type { TaskVectorRow } from './taskVectorsLoader.ts'

const withLoader = (check: (parts: StoreForTest & { loader: SearchLoader }) => Promise<void>) =>
  withStore(async (parts) => {
    const loader = await openLoader(parts.location)
    try {
      await check({ ...parts, loader })
    } finally {
      await loader.close()
    }
  })

const addClip = (
  { store }: StoreForTest,
  taskId: string,
  startSec: number,
  { space = 'image', dimension = 2 } = {},
) =>
  store.write((db) =>
    insertClips(db, taskId, [
      {
        startSec,
        endSec: startSec + 6,
        vectors: [{ modality: 'visual', space, vector: new Float32Array(dimension).fill(startSec) }],
      },
    ]),
  )

async function take(loader: SearchLoader, since: number, taskId?: string) {
  let taken: unknown
  const rows: TaskVectorRow[] = []
  const source = { setId: 1, ...(taskId !== undefined && { taskId }) }
  await loader.taskChanges(source, since, async ({ pages, ...changes }) => {
    rows.push(...(await Array.fromAsync(pages)).flat())
    taken = changes
  })
  return { changes: taken, rows: rows.map(({ taskId: id, position }) => `${id} ${position}`) }
}

test('all vectors of a set come at first, later those of the tasks that changed, and no others ever', () =>
  withLoader(async (parts) => {
    const { loader } = parts
    await addTask(parts, 'one', { assetId: 'asset' })
    await addTask(parts, 'two')
    await addClip(parts, 'one', 0)
    await addClip(parts, 'two', 0)
    await addClip(parts, 'two', 0.5, { space: 'audio' })
    await addClip(parts, 'two', 6, { dimension: 4 })
    expect(await take(loader, 0)).toEqual({
      changes: { version: 2, dimension: 2, changed: new Set(['one', 'two']) },
      rows: ['one 0', 'two 0'],
    })
    await addClip(parts, 'one', 6)
    expect(await take(loader, 2)).toEqual({
      changes: { version: 3, dimension: 2, changed: new Set(['one']) },
      rows: ['one 0', 'one 6000'],
    })
    expect(await take(loader, 0, 'two')).toEqual({
      changes: { version: 3, dimension: 2, changed: new Set(['two']) },
      rows: ['two 0'],
    })
    await loader.taskChanges({ setId: 1 }, 2, async ({ pages }) =>
      expect((await Array.fromAsync(pages)).flat()[1]).toEqual({
        taskId: 'one',
        assetId: 'asset',
        scope: 'clip',
        modality: 'visual',
        position: 6000,
        endMs: 12_000,
        vector: Float32Array.of(6, 6),
      }),
    )
    expect(await loader.taskChanges({ setId: 9 }, 0, async () => expect.fail('there is none'))).toBe(false)
  }))

test('when vectors were removed, the tasks that still have some are told', () =>
  withLoader(async (parts) => {
    const { loader, store } = parts
    for (const id of ['one', 'two']) {
      await addTask(parts, id)
      await addClip(parts, id, 0)
      await addClip(parts, id, 6)
    }
    await store.write((db) => removeEmbeddings(db, 'one', 1))
    const changes = { version: 5, dimension: 2, remaining: new Set(['two']), changed: new Set() }
    expect(await take(loader, 4)).toEqual({ changes, rows: [] })
    expect(await take(loader, 4, 'one')).toEqual({ changes: { ...changes, remaining: new Set() }, rows: [] })
    // What is half removed does not come any more.
    expect(await take(loader, 0)).toMatchObject({ rows: ['two 0', 'two 6000'] })
  }))

test('assets are found by what their metadata are', () =>
  withLoader(async ({ loader, store }) => {
    for (const [id, accountId, year] of [
      ['old', 'a', 1999],
      ['new', 'a', 2024],
      ['other', 'b', 2024],
    ] as const)
      await store.write((db) =>
        insertAsset(db, {
          id,
          accountId,
          method: 'direct',
          filename: id,
          mimeType: 'video/mp4',
          userMetadata: { year },
          wantsThumbnail: false,
          nowMs: 1,
        }),
      )
    expect(await loader.assetsWith('a', ({ year }) => year === 2024)).toEqual(new Set(['new']))
  }))
