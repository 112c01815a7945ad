import { readFile, rm, stat } from 'node:fs/promises'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { REQUEST, taskRoom } from '../../test/support/taskRoom.ts'
import { findAccount } from '../store/accounts.ts'
import { addDailyUse, useOfDay } from '../store/dailyUsage.ts'
import { authenticate, isStillValid } from './authenticate.ts'
import { createMediaTask } from './create.ts'
import { forgetOldUse } from './forgetOldUse.ts'
import { admitKeys, isOperator } from './keys.ts'
import { revokeKey } from './keys/changeKey.ts'
import { createKey } from './keys/createKey.ts'
import type { TaskParts } from './parts.ts'
import { sweepLeases } from './sweep.ts'
import { workOn } from './work.ts'

async function keyRoom() {
  const folder = await mkdtemp(join(tmpdir(), 'embedline-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const { parts, clock } = await taskRoom()
  const keyFile = join(folder, 'admin.key')
  const admit = (listed: { key: string; account: string }[], isLoopback = true) =>
    admitKeys(parts, { listed, keyFile, isLoopback })
  const accountOf = (key: string) =>
    authenticate(parts, key, 'no').then(
      ({ name }) => name,
      () => undefined,
    )
  return { parts, clock, keyFile, admit, accountOf }
}

const taskAccount = async ({ store }: TaskParts) => (await findAccount(store.read, 'admin'))!

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

test('keys that were made here stay valid whatever is listed, and a listed one keeps its id', async () => {
  const { parts, admit, accountOf } = await keyRoom()
  await admit([{ key: 'a', account: 'one' }])
  const { keyId, id } = await authenticate(parts, 'a', 'no')
  const { secret } = await createKey(parts, { id, scopes: ['read'] }, { name: 'made', scopes: ['read'] })
  await admit([
    { key: 'a', account: 'one' },
    { key: 'b', account: 'two' },
  ])
  expect((await authenticate(parts, 'a', 'no')).keyId).toBe(keyId)
  await admit([{ key: 'b', account: 'two' }])
  expect([await accountOf('a'), await accountOf(secret)]).toEqual([undefined, 'one'])
  // Listed too, it is what the operator says that it is.
  await admit([{ key: secret, account: 'two' }])
  expect(await accountOf(secret)).toBe('two')
})

test('a lost key of the operator is replaced by the next start, and lists no key twice', async () => {
  const { keyFile, admit, accountOf } = await keyRoom()
  await admit([])
  const lost = (await readFile(keyFile, 'utf8')).trim()
  await rm(keyFile)
  await admit([])
  const found = (await readFile(keyFile, 'utf8')).trim()
  expect([await accountOf(lost), await accountOf(found)]).toEqual([undefined, 'admin'])
  expect(await admit([{ key: found, account: 'admin' }], false)).toBe(true)
  expect(await accountOf(found)).toBe('admin')
})

test('an address that others can reach is opened without a listed key when one was made that may make others', async () => {
  const { parts, keyFile, admit } = await keyRoom()
  await admit([])
  await rm(keyFile)
  const by = { id: (await taskAccount(parts)).id, scopes: ['admin' as const] }
  const { key, secret } = await createKey(parts, by, { name: 'operator', scopes: ['admin'] })
  expect(await admit([], false)).toBe(false)
  expect(isOperator(await authenticate(parts, secret, 'no'))).toBe(true)
  await revokeKey(parts, by, key.id)
  await expect(admit([], false)).rejects.toMatchObject({ code: 'unauthorized' })
})

test('whoever asks again and again whether a key is still valid hears of its end', async () => {
  const { parts, admit } = await keyRoom()
  await admit([{ key: 'a', account: 'one' }])
  const { id } = await authenticate(parts, 'a', 'no')
  const by = { id, scopes: ['keys' as const, 'read' as const] }
  const { key, secret } = await createKey(parts, by, { name: 'watcher', scopes: ['read'] })
  const account = await authenticate(parts, secret, 'no')
  expect(await isStillValid(parts, account)).toBe(true)
  await revokeKey(parts, by, key.id)
  expect(await isStillValid(parts, account)).toBe(false)
  expect(await isStillValid(parts, {})).toBe(false)
})

test('what a key or an account used long ago is forgotten, and keys that were revoked long ago', async () => {
  const { parts, clock, admit } = await keyRoom()
  await admit([{ key: 'a', account: 'one' }])
  const { id } = await authenticate(parts, 'a', 'no')
  const by = { id, scopes: ['keys' as const, 'read' as const] }
  const { key } = await createKey(parts, by, { name: 'old', scopes: ['read'] })
  await revokeKey(parts, by, key.id)
  await parts.store.write((db) => addDailyUse(db, { accountId: id }, { tasks: 1 }, clock.nowMs()))
  const kept = async () => [
    (await parts.store.read.selectFrom('api_key').select('id').execute()).length,
    (await parts.store.read.selectFrom('daily_usage').select('tasks').execute()).length,
  ]
  await forgetOldUse(parts)
  expect(await kept()).toEqual([2, 1])
  clock.advance(91 * 86_400_000)
  await forgetOldUse(parts)
  expect(await kept()).toEqual([1, 1])
  clock.advance(800 * 86_400_000)
  await forgetOldUse(parts)
  expect(await kept()).toEqual([1, 0])
})

test('what is done after a lease was lost is not counted, and the one who does it then counts it once', async () => {
  const room = await taskRoom()
  const { parts, account, clock } = room
  await createMediaTask(parts, account, {
    modelName: 'tiny',
    request: REQUEST,
    source: { received: await room.received('a video') },
  })
  const plan = await room.claim()
  await workOn(parts, plan!, new AbortController().signal)
  const late = await room.claim('worker-a')
  clock.advance(16_000)
  await sweepLeases(parts)
  await room.drain()
  await expect(workOn(parts, late!, new AbortController().signal)).rejects.toMatchObject({
    code: 'lease_lost',
  })
  expect(await useOfDay(parts.store.read, account.id, clock.nowMs())).toMatchObject({
    tasks: 1,
    items: 3,
    mediaMs: 150_000,
    plannedMs: 150_000,
    bytes: 7,
  })
})
