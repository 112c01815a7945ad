import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StoreLocation } from '../../src/store/location.ts'
import type { OpenStore } from '../../src/store/store.ts'
import { fakeClock } from './fakeClock.ts'
import { openStoreAt, takeDatabase } from './withDatabase.ts'

export interface StoreForTest {
  store: OpenStore
  clock: ReturnType<typeof fakeClock>
  folder: string
  location: StoreLocation
}

/** A folder of its own for one test; one of a test that fails stays behind, for whoever wants to look into it. */
export async function withFolder<T>(check: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'embedline-'))
  const result = await check(folder)
  await rm(folder, { recursive: true })
  return result
}

/** A database of its own, with the accounts `a` and `b`. */
export const withStore = <T>(check: (parts: StoreForTest) => Promise<T>): Promise<T> =>
  withFolder(async (folder) => {
    const clock = fakeClock()
    const { location, giveBack } = await takeDatabase(folder)
    const store = await openStoreAt(location, clock)
    try {
      await store.write((db) =>
        db
          .insertInto('account')
          .values(['a', 'b'].map((id) => ({ id, name: id, user_id: `user-${id}`, created_ms: 0 })))
          .execute(),
      )
      return await check({ store, clock, folder, location })
    } finally {
      await store.close()
      giveBack()
    }
  })
