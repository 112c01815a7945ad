import { expect, test } from 'vitest'
import { withStore } from '../../test/support/withStore.ts'
import { ensureAccount } from './accounts.ts'

test('an account is made once, whoever asks for it again gets the same ids', () =>
  withStore(async ({ store }) => {
    const ensure = (id: string) =>
      store.write((db) => ensureAccount(db, { name: 'team', id, userId: `user of ${id}`, nowMs: 1 }))
    const first = await ensure('one')
    expect(first).toEqual({ id: 'one', name: 'team', userId: 'user of one' })
    expect(await ensure('two')).toEqual(first)
  }))
