import { expect, test } from 'vitest'
import { withStore } from '../../test/support/withStore.ts'
import { accountOfKey, ensureAccount, replaceKeys } from './accounts.ts'

test('an account is made once, whoever asks for it again gets the same ids', () =>
  withStore(async ({ store }) => {
    const ensure = (id: string) =>
      store.write((db) => ensureAccount(db, { name: 'team', id, userId: `user of ${id}`, nowMs: 1 }))
    const first = await ensure('one')
    expect(first).toEqual({ id: 'one', name: 'team', userId: 'user of one' })
    expect(await ensure('two')).toEqual(first)
  }))

test('only the keys that were listed last are valid', () =>
  withStore(async ({ store }) => {
    const list = (...keys: [hash: string, accountId: string][]) =>
      store.write((db) =>
        replaceKeys(
          db,
          keys.map(([hash, accountId]) => ({ hash, accountId, nowMs: 1 })),
        ),
      )
    const owner = async (hash: string) => (await accountOfKey(store.read, hash))?.account.id
    await list(['k1', 'a'], ['k2', 'b'])
    expect([await owner('k1'), await owner('k2'), await owner('k3')]).toEqual(['a', 'b', undefined])
    await list(['k2', 'a'], ['k3', 'b'])
    expect([await owner('k1'), await owner('k2'), await owner('k3')]).toEqual([undefined, 'a', 'b'])
    await list()
    expect(await owner('k2')).toBeUndefined()
  }))
