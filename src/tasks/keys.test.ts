import { readFile, rm, stat } from 'node:fs/promises'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { taskRoom } from '../../test/support/taskRoom.ts'
import { authenticate } from './authenticate.ts'
import { admitKeys } from './keys.ts'

async function keyRoom() {
  const folder = await mkdtemp(join(tmpdir(), 'embedline-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const { parts } = await taskRoom()
  const keyFile = join(folder, 'admin.key')
  const admit = (listed: { key: string; account: string }[], isLoopback = true) =>
    admitKeys(parts, { listed, keyFile, isLoopback })
  const accountOf = (key: string) =>
    authenticate(parts, key, 'no').then(
      ({ name }) => name,
      () => undefined,
    )
  return { parts, keyFile, admit, accountOf }
}

test('without a key one is made, for its owner alone to read, and is the same after a restart', async () => {
  const { keyFile, admit, accountOf } = await keyRoom()
  expect(await admit([])).toBe(true)
  const key = (await readFile(keyFile, 'utf8')).trim()
  expect((await stat(keyFile)).mode & 0o777).toBe(0o600)
  expect(await accountOf(key)).toBe('admin')
  expect(await admit([])).toBe(true)
  expect(await accountOf(key)).toBe('admin')
})

test('an address that others can reach is not opened without a key', async () => {
  const { admit } = await keyRoom()
  await expect(admit([], false)).rejects.toMatchObject({ code: 'unauthorized' })
})

test('a listed key is valid while it is listed, several may share an account, and no key is stored', async () => {
  const { parts, admit, accountOf } = await keyRoom()
  expect(
    await admit(
      [
        { key: 'a', account: 'one' },
        { key: 'b', account: 'one' },
      ],
      false,
    ),
  ).toBe(false)
  expect([await accountOf('a'), await accountOf('b'), await accountOf('c')]).toEqual([
    'one',
    'one',
    undefined,
  ])
  const rows = await parts.store.read.selectFrom('key_secret').selectAll().execute()
  expect(rows.map(({ hash }) => hash)).not.toContain('a')
  await admit([{ key: 'c', account: 'two' }])
  expect([await accountOf('a'), await accountOf('c')]).toEqual([undefined, 'two'])
})
