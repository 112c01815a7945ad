import { expect, test } from 'vitest'
import { addTask } from '../../test/support/queueItems.ts'
import { onPostgres } from '../../test/support/withDatabase.ts'
import { withStore } from '../../test/support/withStore.ts'
import { insertClips, removeEmbeddings } from './embeddings.ts'
import { reclaimSpace } from './space.ts'

test.skipIf(onPostgres)('SQLite: the space of removed vectors is given back in pieces', () =>
  withStore(async (parts) => {
    const { store } = parts
    await addTask(parts, 'task')
    const clips = Array.from({ length: 200 }, (_, index) => ({
      startSec: index,
      endSec: index + 1,
      vectors: [{ modality: 'visual' as const, space: 'image', vector: new Float32Array(512) }],
    }))
    await store.write((db) => insertClips(db, 'task', clips))
    while ((await store.write((db) => removeEmbeddings(db, 'task', 50))) > 0);
    const after = (pages: number) => store.write((db) => reclaimSpace(db, pages))
    const empty = await after(0)
    expect(empty).toBeGreaterThan(50)
    expect(await after(20)).toBe(empty - 20)
    expect(await after(0)).toBe(empty - 20)
    expect(await after(empty)).toBe(0)
    expect(await after(1)).toBe(0)
  }),
)
