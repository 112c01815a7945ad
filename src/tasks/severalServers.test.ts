import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { fillHandbook, ORDER } from '../../test/support/handbook.ts'
import { raceOf, secondServer, until } from '../../test/support/secondServer.ts'
import { REQUEST, taskRoom, type TaskRoom } from '../../test/support/taskRoom.ts'
import { onPostgres } from '../../test/support/withDatabase.ts'
import { withFolder } from '../../test/support/withStore.ts'
import type { Account } from '../domain/task.ts'
import { changeQuotas } from './accounts.ts'
import { createAsset, deleteAsset, getAsset } from './assets.ts'
import { authenticate } from './authenticate.ts'
import { createMediaTask } from './create.ts'
import { createBucketTask } from './createBucket.ts'
import { deleteEmbeddedBucket } from './deleteBucket.ts'
import { listBucketTasks } from './getBucket.ts'
import { storedAnswer } from './idempotency.ts'
import { admitKeys } from './keys.ts'
import { changeKey, revokeKey } from './keys/changeKey.ts'
import { createKey } from './keys/createKey.ts'
import { rotateKey } from './keys/rotateKey.ts'
import { listTasks } from './list.ts'
import type { TaskParts } from './parts.ts'
import { listPauses, pause } from './pause.ts'
import { removeOrphanedBytes } from './storedBytes.ts'
import { createUpload } from './uploads/createUpload.ts'

const onTwo = (promise: string, check: (room: TaskRoom, other: TaskParts) => Promise<void>) =>
  test.runIf(onPostgres)(promise, async () => {
    const room = await taskRoom()
    await check(room, await secondServer(room))
  })

const KEYED = { key: 'k-1', method: 'POST', path: '/embeddings', bodyHash: 'hash of the body' }

/** Bytes of its own, so that nobody waits for those of another. */
async function mediaOrder(room: TaskRoom, content = 'video') {
  const received = await room.received(content)
  return { modelName: 'tiny', request: REQUEST, source: { received } }
}

const create = async (room: TaskRoom, parts: TaskParts, account: Account, more = {}) =>
  createMediaTask(parts, account, { ...(await mediaOrder(room, account.keyId)), ...more })

onTwo('two creates with one key at one moment on two servers make one task', async (room, other) => {
  const idempotency = { ...KEYED, answer: ({ id }: { id: string }) => ({ status: 200, body: id }) }
  const [one, two] = await raceOf(room.parts, {
    first: (parts) => create(room, parts, { ...room.account, keyId: 'one' }, { idempotency }),
    second: () => create(room, other, { ...room.account, keyId: 'two' }, { idempotency }),
  })
  expect(one.status).toBe('fulfilled')
  expect(two).toMatchObject({ status: 'rejected', reason: { code: 'idempotency_in_flight' } })
  expect((await listTasks(other, room.account.id, { page: 1, pageSize: 9 })).total).toBe(1)
  const id = one.status === 'fulfilled' ? one.value.id : ''
  expect(await storedAnswer(other, room.account.id, KEYED)).toEqual({ status: 200, body: id })
})

onTwo('a quota of tasks is not exceeded by two servers at one moment', async (room, other) => {
  await changeQuotas(room.parts, room.account.id, { tasksPerDay: 1 })
  const account = { ...room.account, quotas: { tasksPerDay: 1 } }
  const ends = await raceOf(room.parts, {
    first: (parts) => create(room, parts, { ...account, keyId: 'one' }),
    second: () => create(room, other, { ...account, keyId: 'two' }),
  })
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  expect(ends[1]).toMatchObject({ reason: { code: 'rate_limited', limit: 1 } })
})

onTwo('a quota of stored bytes is not exceeded by two servers at one moment', async (room, other) => {
  await changeQuotas(room.parts, room.account.id, { storedBytes: 6 })
  const ends = await raceOf(room.parts, {
    first: async (parts) => createAsset(parts, room.account, { received: await room.received('one 1') }),
    second: async () => createAsset(other, room.account, { received: await room.received('two 2') }),
  })
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  expect(ends[1]).toMatchObject({ reason: { code: 'quota_exceeded', limit: 6 } })
})

onTwo('two quotas that are changed at one moment on two servers are both changed', async (room, other) => {
  await raceOf(room.parts, {
    first: (parts) => changeQuotas(parts, room.account.id, { tasksPerDay: 1 }),
    second: () => changeQuotas(other, room.account.id, { storedBytes: 2 }),
  })
  const { quotas } = await changeQuotas(other, room.account.id, {})
  expect(quotas).toEqual({ tasksPerDay: 1, storedBytes: 2 })
})

onTwo('an account has no more uploads than it may, on however many servers', async (room, other) => {
  const order = { filename: 'a.mp4', totalBytes: 10, wantsThumbnail: false }
  const limits = { ...room.parts.limits, activeUploads: 1 }
  const ends = await raceOf(
    { ...room.parts, limits },
    {
      first: (parts) => createUpload(parts, room.account, order),
      second: () => createUpload({ ...other, limits }, room.account, order),
    },
  )
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
})

onTwo('the same pause at one moment on two servers is one', async (room, other) => {
  const ends = await raceOf(room.parts, {
    first: (parts) => pause(parts, room.account, { account: room.account.name }),
    second: () => pause(other, room.account, { account: room.account.name }),
  })
  expect(ends).toMatchObject([{ value: { isNew: true } }, { value: { isNew: false } }])
  expect(await listPauses(other, room.account)).toHaveLength(1)
})

onTwo('a bucket that is embedded at one moment on two servers has one task', async (room, other) => {
  await fillHandbook(room)
  const ends = await raceOf(room.parts, {
    first: (parts) => createBucketTask(parts, room.account, ORDER),
    second: () => createBucketTask(other, room.account, ORDER),
  })
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
  expect(await listBucketTasks(other, room.account.id)).toHaveLength(1)
})

onTwo('a bucket that is embedded while another server deletes it begins anew', async (room, other) => {
  await fillHandbook(room)
  await createBucketTask(room.parts, room.account, ORDER)
  await room.drain()
  const [, created] = await raceOf(room.parts, {
    first: (parts) => deleteEmbeddedBucket(parts, room.account.id, ORDER.bucket),
    second: () => createBucketTask(other, room.account, ORDER),
  })
  expect(created.status).toBe('fulfilled')
  await room.drain()
  const [newest] = await listBucketTasks(other, room.account.id)
  expect(newest).toMatchObject({ state: 'ready' })
  expect(newest?.doneCount).toBeGreaterThan(0)
})

onTwo(
  'a bucket that is deleted while another server begins to embed it is deleted with that',
  async (room, other) => {
    await fillHandbook(room)
    await createBucketTask(room.parts, room.account, ORDER)
    await room.drain()
    await raceOf(room.parts, {
      first: (parts) => createBucketTask(parts, room.account, ORDER),
      second: () => deleteEmbeddedBucket(other, room.account.id, ORDER.bucket),
    })
    const states = (await listBucketTasks(other, room.account.id)).map(({ state }) => state)
    expect(states).toEqual(['cancelled', 'ready'])
  },
)

onTwo(
  'a task has the bytes of its asset, whatever server they come to while it is created',
  async (room, other) => {
    const asset = await createAsset(room.parts, room.account, { received: await room.received('video') })
    const [created, deleted] = await raceOf(room.parts, {
      first: (parts) =>
        createMediaTask(parts, room.account, {
          modelName: 'tiny',
          request: REQUEST,
          source: { assetId: asset.id },
        }),
      second: () => deleteAsset(other, room.account.id, asset.id),
    })
    expect([created.status, deleted.status]).toEqual(['fulfilled', 'fulfilled'])
    await room.drain()
    const { rows } = await listTasks(other, room.account.id, { page: 1, pageSize: 9 })
    expect(rows).toMatchObject([{ state: 'ready' }])
  },
)

onTwo('an asset that another server deletes just now gets no task', async (room, other) => {
  const asset = await createAsset(room.parts, room.account, { received: await room.received('video') })
  // The first transaction gives up its upload, the second removes it.
  const [, created] = await raceOf(room.parts, {
    first: (parts) => deleteAsset(parts, room.account.id, asset.id),
    second: () =>
      createMediaTask(other, room.account, {
        modelName: 'tiny',
        request: REQUEST,
        source: { assetId: asset.id },
      }),
    at: 1,
  })
  expect(created).toMatchObject({ status: 'rejected', reason: { code: 'request_invalid' } })
  expect(await getAsset(other, room.account.id, asset.id)).toBeUndefined()
})

onTwo('bytes whose last two references go at one moment on two servers go too', async (room, other) => {
  const content = 'the same bytes'
  const one = await createAsset(room.parts, room.account, { received: await room.received(content) })
  const two = await createAsset(room.parts, room.account, { received: await room.received(content) })
  await raceOf(room.parts, {
    first: (parts) => deleteAsset(parts, room.account.id, one.id),
    second: () => deleteAsset(other, room.account.id, two.id),
    at: 1,
  })
  expect(await room.parts.store.read.selectFrom('object').selectAll().execute()).toEqual([])
  expect(await Array.fromAsync(room.parts.objects.list())).toEqual([])
})

onTwo('of two rotations of a key at one moment on two servers one secret stays', async (room, other) => {
  const by = { id: room.account.id, keyId: 'k', scopes: ['read', 'write'] as const }
  const { key } = await createKey(room.parts, by, { name: 'n', scopes: ['read'] })
  await raceOf(room.parts, {
    first: (parts) => rotateKey(parts, by, { id: key.id, overlapMs: 0 }),
    second: () => rotateKey(other, by, { id: key.id, overlapMs: 0 }),
  })
  const lasting = await other.store.read
    .selectFrom('key_secret')
    .selectAll()
    .where('expires_ms', 'is', null)
    .execute()
  expect(lasting).toHaveLength(1)
})

/** True when this many servers have asked for a lock that work holds, and nothing since. */
async function haveAsked({ store }: TaskParts, count: number): Promise<boolean> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()
       and query like '%pg_try_advisory_lock($1%'`.execute(store.read)
  return rows[0]?.count === count
}

/** The same bytes in files, with a gate: who comes to it waits, until it is opened. */
function gated(parts: TaskParts, place: 'beforeRemove' | 'afterKeep') {
  const reached = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  const wait = async () => {
    reached.resolve()
    await gate.promise
  }
  const objects: TaskParts['objects'] = {
    ...parts.objects,
    async keep(...kept) {
      await parts.objects.keep(...kept)
      if (place === 'afterKeep') await wait()
    },
    async remove(...removed) {
      if (place === 'beforeRemove') await wait()
      await parts.objects.remove(...removed)
    },
  }
  return { parts: { ...parts, objects }, reached: reached.promise, open: () => gate.resolve() }
}

onTwo('bytes that one server removes while another keeps them are kept', async (room, other) => {
  const asset = await createAsset(room.parts, room.account, { received: await room.received('same') })
  const removing = gated(room.parts, 'beforeRemove')
  const deleted = deleteAsset(removing.parts, room.account.id, asset.id)
  await removing.reached
  const received = await room.received('same')
  let isCreated = false
  const created = createAsset(other, room.account, { received }).then(() => (isCreated = true))
  await until(async () => isCreated || haveAsked(room.parts, 2))
  removing.open()
  await Promise.all([deleted, created])
  expect(await room.parts.objects.sizeOf(room.account.id, received.hash)).toBe(4)
})

onTwo('bytes that a server is about to register are no orphans for another', async (room, other) => {
  const keeping = gated(room.parts, 'afterKeep')
  const received = await room.received('new')
  const created = createAsset(keeping.parts, room.account, { received })
  await keeping.reached
  let isDone = false
  const cleaned = removeOrphanedBytes(other).then(() => (isDone = true))
  await until(async () => isDone || haveAsked(room.parts, 2))
  keeping.open()
  await Promise.all([created, cleaned])
  expect(await room.parts.objects.sizeOf(room.account.id, received.hash)).toBe(3)
})

onTwo(
  'bytes that a server has kept without knowing whether another removes them are not registered',
  async (room) => {
    const keeping = gated(room.parts, 'afterKeep')
    const created = createAsset(keeping.parts, room.account, { received: await room.received('new') })
    await keeping.reached
    await sql`select pg_terminate_backend(pid, 5000) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid()
       and query like '%pg_try_advisory_lock($1%'`.execute(room.parts.store.read)
    keeping.open()
    await expect(created).rejects.toMatchObject({ code: 'storage_unavailable' })
    expect(await room.parts.store.read.selectFrom('asset').selectAll().execute()).toEqual([])
  },
)

onTwo(
  'a server without keys of its own takes those of the others, and leaves them valid',
  async (room, other) => {
    await withFolder(async (folder) => {
      const admission = (name: string) => ({
        listed: [],
        keyFile: join(folder, name),
        isLoopback: true,
        isShared: true,
      })
      expect(await admitKeys(room.parts, admission('one'))).toBe(true)
      expect(await admitKeys(other, admission('two'))).toBe(false)
      const key = (await readFile(join(folder, 'one'), 'utf8')).trim()
      expect(await authenticate(other, key, 'no key')).toMatchObject({ name: 'admin' })
      expect(await admitKeys(room.parts, admission('one'))).toBe(true)
      expect(await authenticate(other, key, 'no key')).toMatchObject({ name: 'admin' })
    })
  },
)

onTwo('a key that was revoked, or limited, on one server is so on the other at once', async (room, other) => {
  const by = { id: room.account.id, keyId: 'k', scopes: ['read', 'write', 'admin'] as const }
  const { key, secret } = await createKey(room.parts, by, { name: 'n', scopes: ['read'] })
  expect((await authenticate(other, secret, 'no key')).requestsPerMinute).toBeUndefined()
  await changeKey(room.parts, by, key.id, { requestsPerMinute: 7 })
  expect((await authenticate(other, secret, 'no key')).requestsPerMinute).toBe(7)
  const { secret: newer } = await rotateKey(room.parts, by, { id: key.id, overlapMs: 0 })
  await expect(authenticate(other, secret, 'no key')).rejects.toMatchObject({ code: 'unauthorized' })
  expect(await authenticate(other, newer, 'no key')).toMatchObject({ keyId: key.id })
  await revokeKey(room.parts, by, key.id)
  await expect(authenticate(other, newer, 'no key')).rejects.toThrow('was revoked')
})
