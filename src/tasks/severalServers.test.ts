import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { fillHandbook, ORDER } from '../../test/support/handbook.ts'
import { raceOf, secondServer, until } from '../../test/support/secondServer.ts'
import { REQUEST, taskRoom, type TaskRoom } from '../../test/support/taskRoom.ts'
import { contentOf, md5 } from '../../test/support/uploads.ts'
import { onPostgres } from '../../test/support/withDatabase.ts'
import { withFolder } from '../../test/support/withStore.ts'
import type { RateLimits } from '../domain/rates.ts'
import type { Account } from '../domain/task.ts'
import { getParts } from '../store/uploadParts.ts'
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
import { receivePart } from './uploads/receivePart.ts'
import { reportParts } from './uploads/reportParts.ts'
import { openUsage } from './usage.ts'

async function onTwo(check: (room: TaskRoom, other: TaskParts) => Promise<void>): Promise<void> {
  const room = await taskRoom()
  await check(room, await secondServer(room))
}

const KEYED = { key: 'k-1', method: 'POST', path: '/embeddings', bodyHash: 'hash of the body' }

/** Bytes of its own, so that nobody waits for those of another. */
async function mediaOrder(room: TaskRoom, content = 'video') {
  const received = await room.received(content)
  return { modelName: 'tiny', request: REQUEST, source: { received } }
}

const create = async (room: TaskRoom, parts: TaskParts, account: Account, more = {}) =>
  createMediaTask(parts, account, { ...(await mediaOrder(room, account.keyId)), ...more })

test.runIf(onPostgres)('two creates with one key at one moment on two servers make one task', () =>
  onTwo(async (room, other) => {
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
  }),
)

test.runIf(onPostgres)('a quota of tasks is not exceeded by two servers at one moment', () =>
  onTwo(async (room, other) => {
    await changeQuotas(room.parts, room.account.id, { tasksPerDay: 1 })
    const account = { ...room.account, quotas: { tasksPerDay: 1 } }
    const ends = await raceOf(room.parts, {
      first: (parts) => create(room, parts, { ...account, keyId: 'one' }),
      second: () => create(room, other, { ...account, keyId: 'two' }),
    })
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(ends[1]).toMatchObject({ reason: { code: 'rate_limited', limit: 1 } })
  }),
)

test.runIf(onPostgres)('a quota of stored bytes is not exceeded by two servers at one moment', () =>
  onTwo(async (room, other) => {
    await changeQuotas(room.parts, room.account.id, { storedBytes: 6 })
    const ends = await raceOf(room.parts, {
      first: async (parts) => createAsset(parts, room.account, { received: await room.received('one 1') }),
      second: async () => createAsset(other, room.account, { received: await room.received('two 2') }),
    })
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(ends[1]).toMatchObject({ reason: { code: 'quota_exceeded', limit: 6 } })
  }),
)

test.runIf(onPostgres)('two quotas that are changed at one moment on two servers are both changed', () =>
  onTwo(async (room, other) => {
    await raceOf(room.parts, {
      first: (parts) => changeQuotas(parts, room.account.id, { tasksPerDay: 1 }),
      second: () => changeQuotas(other, room.account.id, { storedBytes: 2 }),
    })
    const { quotas } = await changeQuotas(other, room.account.id, {})
    expect(quotas).toEqual({ tasksPerDay: 1, storedBytes: 2 })
  }),
)

test.runIf(onPostgres)('an account has no more uploads than it may, on however many servers', () =>
  onTwo(async (room, other) => {
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
  }),
)

test.runIf(onPostgres)('the same pause at one moment on two servers is one', () =>
  onTwo(async (room, other) => {
    const ends = await raceOf(room.parts, {
      first: (parts) => pause(parts, room.account, { account: room.account.name }),
      second: () => pause(other, room.account, { account: room.account.name }),
    })
    expect(ends).toMatchObject([{ value: { isNew: true } }, { value: { isNew: false } }])
    expect(await listPauses(other, room.account)).toHaveLength(1)
  }),
)

test.runIf(onPostgres)('a bucket that is embedded at one moment on two servers has one task', () =>
  onTwo(async (room, other) => {
    await fillHandbook(room)
    const ends = await raceOf(room.parts, {
      first: (parts) => createBucketTask(parts, room.account, ORDER),
      second: () => createBucketTask(other, room.account, ORDER),
    })
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
    expect(await listBucketTasks(other, room.account.id)).toHaveLength(1)
  }),
)

test.runIf(onPostgres)('a bucket that is embedded while another server deletes it begins anew', () =>
  onTwo(async (room, other) => {
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
  }),
)

test.runIf(onPostgres)(
  'a bucket that is deleted while another server begins to embed it is deleted with that',
  () =>
    onTwo(async (room, other) => {
      await fillHandbook(room)
      await createBucketTask(room.parts, room.account, ORDER)
      await room.drain()
      await raceOf(room.parts, {
        first: (parts) => createBucketTask(parts, room.account, ORDER),
        second: () => deleteEmbeddedBucket(other, room.account.id, ORDER.bucket),
      })
      const states = (await listBucketTasks(other, room.account.id)).map(({ state }) => state)
      expect(states).toEqual(['cancelled', 'ready'])
    }),
)

test.runIf(onPostgres)(
  'a task has the bytes of its asset, whatever server they come to while it is created',
  () =>
    onTwo(async (room, other) => {
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
    }),
)

test.runIf(onPostgres)('an asset that another server deletes just now gets no task', () =>
  onTwo(async (room, other) => {
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
  }),
)

test.runIf(onPostgres)('bytes whose last two references go at one moment on two servers go too', () =>
  onTwo(async (room, other) => {
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
  }),
)

test.runIf(onPostgres)('of two rotations of a key at one moment on two servers one secret stays', () =>
  onTwo(async (room, other) => {
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
  }),
)

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

test.runIf(onPostgres)('bytes that one server removes while another keeps them are kept', () =>
  onTwo(async (room, other) => {
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
  }),
)

test.runIf(onPostgres)('bytes that a server is about to register are no orphans for another', () =>
  onTwo(async (room, other) => {
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
  }),
)

test.runIf(onPostgres)(
  'bytes that a server has kept without knowing whether another removes them are not registered',
  () =>
    onTwo(async (room) => {
      const keeping = gated(room.parts, 'afterKeep')
      const created = createAsset(keeping.parts, room.account, { received: await room.received('new') })
      await keeping.reached
      await sql`select pg_terminate_backend(pid, 5000) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid()
       and query like '%pg_try_advisory_lock($1%'`.execute(room.parts.store.read)
      keeping.open()
      await expect(created).rejects.toMatchObject({ code: 'storage_unavailable' })
      expect(await room.parts.store.read.selectFrom('asset').selectAll().execute()).toEqual([])
    }),
)

test.runIf(onPostgres)(
  'a server without keys of its own takes those of the others, and leaves them valid',
  () =>
    onTwo(async (room, other) => {
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
    }),
)

test.runIf(onPostgres)('a key that was revoked, or limited, on one server is so on the other at once', () =>
  onTwo(async (room, other) => {
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
  }),
)

const usageOf = ({ store, clock, logger }: TaskParts, limits: RateLimits) =>
  openUsage({ store, clock, logger, limits })

test.runIf(onPostgres)('a key gets its requests once, however many servers it asks at once', () =>
  onTwo(async (room, other) => {
    const limits = { requestsPerMinute: 25, requestsPerDay: 40 }
    const [here, there] = [await usageOf(room.parts, limits), await usageOf(other, limits)]
    const by = { keyId: 'one' }
    const ask = () =>
      Promise.allSettled(
        [here, there].flatMap((each) => Array.from({ length: 20 }, () => each.countRequest(by))),
      )
    const granted = async () => (await ask()).filter(({ status }) => status === 'fulfilled').length
    expect(await granted()).toBe(25)
    room.clock.advance(60_000)
    expect(await granted()).toBe(15)
    expect(await there.states(by)).toMatchObject([
      { rate: 'requestsPerMinute', used: 15 },
      { rate: 'requestsPerDay', used: 40 },
    ])
    await Promise.all([here.close(), there.close()])
  }),
)

test.runIf(onPostgres)('minutes of media that one server counts are spent on the other', () =>
  onTwo(async (room, other) => {
    const limits = { mediaMinutesPerHour: 10 }
    const [here, there] = [await usageOf(room.parts, limits), await usageOf(other, limits)]
    const by = { keyId: 'one' }
    await here.countMedia(by, 9 * 60)
    await there.checkMedia(by)
    await there.countMedia(by, 90)
    await expect(here.checkMedia(by)).rejects.toMatchObject({ code: 'rate_limited' })
    expect(await here.mediaAgainMs(by)).toBe(Date.parse('2030-01-01T01:00:00Z'))
    await Promise.all([here.close(), there.close()])
  }),
)

const CONTENT = contentOf(5000)

const begunUpload = (room: TaskRoom) =>
  createUpload(room.parts, room.account, { filename: 'a.mp4', totalBytes: 5000, wantsThumbnail: false })

test.runIf(onPostgres)('parts of one upload come to any server, and any of them puts them together', () =>
  onTwo(async (room, other) => {
    const { id: uploadId, assetId } = await begunUpload(room)
    await receivePart(other, { uploadId, number: 1 }, { bytes: Readable.from([CONTENT]) })
    const reports = [{ number: 1, sizeBytes: CONTENT.length, md5: md5(CONTENT) }]
    await reportParts(room.parts, room.account, { uploadId, reports })
    await room.drain()
    expect(await getAsset(other, room.account.id, assetId)).toMatchObject({ state: 'ready', sizeBytes: 5000 })
  }),
)

test.runIf(onPostgres)(
  'of two requests for one part on two servers the newest goes on, and the older is told',
  () =>
    onTwo(async (room, other) => {
      const { id: uploadId } = await begunUpload(room)
      const name = { uploadId, number: 1 }
      const begun = Promise.withResolvers<void>()
      const end = Promise.withResolvers<void>()
      async function* slowly() {
        yield CONTENT.subarray(0, 100)
        begun.resolve()
        await end.promise
        yield CONTENT.subarray(100)
      }
      // The disk of a test has one place for a part: the older request must not write into it, as in a shared storage.
      const spooled = {
        ...room.parts,
        objects: { ...room.parts.objects, openPart: spoolingPart(room.parts) },
      }
      const older = receivePart(spooled, name, { bytes: slowly() })
      await begun.promise
      const newer = contentOf(5000, 2)
      const part = await receivePart(other, name, { bytes: Readable.from([newer]) })
      expect(part.md5).toBe(md5(newer))
      end.resolve()
      await expect(older).rejects.toMatchObject({ code: 'aborted' })
      expect(await getParts(other.store.read, uploadId, { first: 1, last: 1 })).toMatchObject([
        { number: 1, md5: md5(newer) },
      ])
    }),
)

/** Parts that reach their place when they are finished, as they do in a storage that servers share. */
const spoolingPart =
  ({ objects }: TaskParts): TaskParts['objects']['openPart'] =>
  async (name, place) => {
    const chunks: Uint8Array[] = []
    return {
      write: async (chunk) => void chunks.push(chunk),
      async finish() {
        const file = await objects.openPart(name, place)
        for (const chunk of chunks) await file.write(chunk)
        const finished = await file.finish()
        await file.close()
        return finished
      },
      close: async () => {},
    }
  }
