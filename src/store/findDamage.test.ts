import { expect, test } from 'vitest'
import { onPostgres } from '../../test/support/withDatabase.ts'
import { withStore } from '../../test/support/withStore.ts'
import { findDamage } from './findDamage.ts'
import { newTaskRow } from './taskRow.ts'

// Of a file of SQLite, which `doctor` reads.
test.skipIf(onPostgres)(
  'a task that lacks vectors that were counted is named, unless it is being removed',
  () =>
    withStore(async ({ store, location }) => {
      const { file } = location as { file: string }
      const model = { id: 'builtin', revision: '1' }
      const common = { accountId: 'a', kind: 'media', modelName: 'm', model, nowMs: 0, expiresMs: 1 } as const
      const row = newTaskRow({ id: 't', ...common }, { embedding_count: 2, state: 'ready' })
      const removed = newTaskRow({ id: 'u', ...common }, { embedding_count: 2, removed_ms: 1 })
      await store.write((db) => db.insertInto('task').values([row, removed]).execute())
      const vector = {
        scope_order: 0,
        modality_order: 0,
        end_ms: 1,
        space: 's',
        vector: new Uint8Array(4),
        uncertainty: null,
      }
      const add = (position: number) =>
        store.write((db) =>
          db
            .insertInto('embedding')
            .values({ ...vector, task_id: 't', position })
            .execute(),
        )
      await add(0)
      expect(findDamage(file)).toEqual(['the task t lacks 1 of its vectors'])
      await add(1)
      expect(findDamage(file)).toEqual([])
    }),
)
