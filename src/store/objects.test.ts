import { expect, test } from 'vitest'
import { withStore } from '../../test/support/withStore.ts'
import { addReference, countReferences, dropReference } from './objects.ts'

test('stored bytes go with their last reference, account by account', () =>
  withStore(async ({ store }) => {
    const add = (accountId: string) =>
      store.write((db) => addReference(db, { accountId, hash: 'h', sizeBytes: 5, nowMs: 1 }))
    const drop = (accountId: string) => store.write((db) => dropReference(db, accountId, 'h'))
    for (const accountId of ['a', 'a', 'b']) await add(accountId)
    expect(await countReferences(store.read, 'a', 'h')).toBe(2)
    expect([await drop('a'), await drop('a'), await drop('a')]).toEqual([false, true, false])
    expect(await countReferences(store.read, 'a', 'h')).toBe(0)
    expect(await countReferences(store.read, 'b', 'h')).toBe(1)
  }))
