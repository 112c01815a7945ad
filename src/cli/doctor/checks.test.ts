import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { modelLibraries } from '../../models/libraries.ts'
import { lockFolder } from '../../store/lock.ts'
import { ensureAccount } from '../../store/accounts.ts'
import { addReference } from '../../store/objects.ts'
import { openStore } from '../../store/open.ts'
import { placeOf } from '../../objects/objects.ts'
import { fakeClock } from '../../../test/support/fakeClock.ts'
import { doctor } from '../doctor.ts'
import { checkDatabase } from './database.ts'
import { checkDataFolder } from './dataFolder.ts'
import { judgeFreeBytes } from './disk.ts'
import { checkFfmpeg, judge } from './ffmpeg.ts'
import { checkLeftovers } from './leftovers.ts'
import { checkModelLibraries } from './modelLibraries.ts'
import { checkNode } from './node.ts'
import { checkPort } from './port.ts'
import { checkStoredBytes } from './storedBytes.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'embedline-doctor-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

const program = (name: string, script: string): string => {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

test('an old Node fails', () => {
  expect(checkNode('24.0.0').state).toBe('ok')
  expect(checkNode('25.1.0').state).toBe('ok')
  expect(checkNode('20.20.2')).toMatchObject({ state: 'fail', message: '20.20.2 is too old' })
})

test('missing model libraries are a warning with the command that adds them', () => {
  const missing = { areHere: false, reason: 'x is not installed', command: 'npm install x' } as const
  expect(checkModelLibraries(missing)).toEqual({
    name: 'libraries',
    state: 'warn',
    message: 'no trained models, only builtin: x is not installed',
    advice: 'npm install x',
  })
})

test('the model libraries of a clone are there', () => {
  expect(checkModelLibraries(modelLibraries())).toMatchObject({ state: 'ok' })
})

test('the installed ffmpeg is fit', async () => {
  const programs = { ffmpeg: 'ffmpeg', ffprobe: 'ffprobe' }
  const check = await checkFfmpeg(programs, { PATH: process.env['PATH'] ?? '' })
  expect(check).toMatchObject({ name: 'ffmpeg', state: 'ok' })
})

test('a missing ffprobe fails by its own name', async () => {
  const programs = { ffmpeg: 'ffmpeg', ffprobe: join(folder, 'ffprobe') }
  const check = await checkFfmpeg(programs, { PATH: process.env['PATH'] ?? '' })
  expect(check).toMatchObject({ state: 'fail', message: `${join(folder, 'ffprobe')} was not found` })
})

test('an ffmpeg that does not run fails with what it said', async () => {
  const broken = program('ffmpeg', 'echo no such library >&2; exit 127')
  const check = await checkFfmpeg({ ffmpeg: broken, ffprobe: broken }, {})
  expect(check.state).toBe('fail')
  expect(check.message).toContain('no such library')
})

test('an ffmpeg that lacks decoders is warned of by their names', async () => {
  const small = program('ffmpeg', 'echo "ffmpeg version n7.1 Copyright"; echo " V....D h264   H.264"')
  const check = await checkFfmpeg({ ffmpeg: small, ffprobe: small }, {})
  expect(check.state).toBe('warn')
  expect(check.message).toMatch(/^n?7\.1 cannot decode hevc, av1, /)
})

test('an ffmpeg from before 4.0 fails, a build without a number does not', () => {
  expect(judge('3.4.8', []).state).toBe('fail')
  expect(judge('N-109542-g123', []).state).toBe('ok')
})

test('little space is a warning, next to none a failure', () => {
  expect([100e6, 1e9, 50e9].map((freeBytes) => judgeFreeBytes(freeBytes, '/d').state)).toEqual([
    'fail',
    'warn',
    'ok',
  ])
})

test('a port that somebody has is a failure, a free one is not', async () => {
  const other = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  expect(await checkPort('127.0.0.1', port, true)).toMatchObject({
    state: 'fail',
    message: `127.0.0.1:${port} is in use`,
  })
  other.close()
  await once(other, 'close')
  expect((await checkPort('127.0.0.1', port)).state).toBe('ok')
})

test('a port that an Embedline server has is no failure where one holds the data folder', async () => {
  const server = createHttpServer((_, response) => response.end('{"status":"ready","version":"0.1.0"}'))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  expect(await checkPort('127.0.0.1', port, true)).toMatchObject({
    state: 'ok',
    message: `an Embedline server answers at 127.0.0.1:${port}`,
  })
  expect(await checkPort('127.0.0.1', port)).toMatchObject({
    state: 'fail',
    message: `127.0.0.1:${port} is in use by an Embedline server with another data folder`,
  })
  server.closeAllConnections()
  server.close()
})

test('an address of another machine cannot be listened on', async () => {
  expect(await checkPort('203.0.113.1', 0)).toMatchObject({
    state: 'fail',
    message: 'cannot listen on 203.0.113.1:0 (EADDRNOTAVAIL)',
  })
})

test('a data folder that is not there yet is fine, and is not made by looking', async () => {
  const path = join(folder, 'a/b')
  expect(await checkDataFolder(path)).toMatchObject({ state: 'ok', message: `${path} will be made` })
  expect(existsSync(join(folder, 'a'))).toBe(false)
})

test('a file where the data folder should be is a failure', async () => {
  const path = join(folder, 'file')
  writeFileSync(path, '')
  chmodSync(path, 0o755)
  expect((await checkDataFolder(path)).state).toBe('fail')
  expect((await checkDataFolder(join(path, 'below'))).state).toBe('fail')
})

test('a data folder that a server holds is a warning', async () => {
  const path = join(folder, 'data')
  mkdirSync(path)
  const lock = lockFolder(path)
  expect((await checkDataFolder(path)).state).toBe('warn')
  await lock.close()
  expect((await checkDataFolder(path)).state).toBe('ok')
})

/** What the command prints and how it ends, for the data folder of this test. */
async function run(...switches: readonly string[]) {
  let printed = ''
  const output = {
    write: (text: string) => void (printed += text),
    isTerminal: false,
    drain: async () => true,
  }
  const values = new Map([
    ['data', join(folder, 'data')],
    ['port', '0'],
  ])
  const code = await doctor.run({ values, switches: new Set(switches), operands: [] }, output, output)
  return { code, printed }
}

test('a missing folder is made by --fix only', async () => {
  await run()
  expect(existsSync(join(folder, 'data'))).toBe(false)
  const { printed } = await run('fix')
  expect(printed).toMatch(/^fix {3}data folder {2}make the folder .*data\n/)
  expect(existsSync(join(folder, 'data'))).toBe(true)
})

test('a key that others may read, and what a killed server left, are named first and then repaired', async () => {
  const data = join(folder, 'data')
  const incoming = join(data, 'objects/incoming')
  mkdirSync(incoming, { recursive: true })
  await lockFolder(data).close()
  writeFileSync(join(data, 'admin.key'), 'secret\n', { mode: 0o644 })
  writeFileSync(join(data, 'server.json'), '{"url":"http://127.0.0.1:1","models":[]}')
  writeFileSync(join(incoming, '0'), 'half of a video')
  const looked = await run()
  expect(looked.code).toBe(0)
  expect(looked.printed).toContain('--fix would chmod 600')
  expect(existsSync(join(data, 'server.json'))).toBe(true)

  const { ok, fixed, checks } = JSON.parse((await run('fix', 'json')).printed) as {
    ok: boolean
    fixed: { fix: string; failure?: string }[]
    checks: { name: string; state: string }[]
  }
  expect(ok).toBe(true)
  expect(fixed.map(({ fix }) => fix)).toEqual([
    `chmod 600 ${join(data, 'admin.key')}`,
    `remove ${join(data, 'server.json')}`,
    `remove what is in ${incoming}`,
  ])
  expect(fixed.every(({ failure }) => failure === undefined)).toBe(true)
  expect(
    checks.filter(({ name }) => ['admin key', 'leftovers'].includes(name)).map(({ state }) => state),
  ).toEqual(['ok', 'ok'])
  expect(statSync(join(data, 'admin.key')).mode & 0o777).toBe(0o600)
  expect(readdirSync(incoming)).toEqual([])
})

test('while a server holds the folder nothing of it is taken for left over', async () => {
  const data = join(folder, 'data')
  mkdirSync(data)
  const lock = lockFolder(data)
  writeFileSync(join(data, 'server.json'), '{}')
  expect(await checkLeftovers({ dataFolder: data, objectsFolder: join(data, 'objects') })).toEqual([])
  await lock.close()
  expect(await checkLeftovers({ dataFolder: data, objectsFolder: join(data, 'objects') })).toMatchObject([
    { state: 'warn' },
  ])
})

test('a sound database is read as a whole, a damaged one fails with the way to a backup', async () => {
  const file = join(folder, 'embedline.db')
  expect(checkDatabase(file, folder)).toEqual([])
  const store = await openStore({ file, clock: fakeClock() })
  await store.close()
  expect(checkDatabase(file, folder)).toMatchObject([{ state: 'ok' }])
  const bytes = readFileSync(file)
  bytes.fill(0xff, bytes.length / 2)
  writeFileSync(file, bytes)
  const [damaged] = checkDatabase(file, folder)
  expect(damaged).toMatchObject({
    state: 'fail',
    advice: expect.stringContaining('embedline restore <backup>') as string,
  })
  writeFileSync(file, 'this is no database at all, but some text that is long enough to be looked at')
  expect(checkDatabase(file, folder)).toMatchObject([{ state: 'fail' }])
})

test('stored bytes that are missing or cut are named', async () => {
  const file = join(folder, 'embedline.db')
  const objects = join(folder, 'objects')
  const text = 'a short film'
  const hash = createHash('sha256').update(text).digest('hex')
  const store = await openStore({ file, clock: fakeClock() })
  await store.write(async (db) => {
    await ensureAccount(db, { id: 'acc', name: 'one', userId: 'user', nowMs: 0 })
    await addReference(db, { accountId: 'acc', hash, sizeBytes: text.length, nowMs: 0 })
  })
  await store.close()
  const path = join(objects, placeOf('acc', hash))
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  const look = () => checkStoredBytes(file, objects)
  expect(await look()).toMatchObject([{ state: 'ok', message: 'all 1 stored files are there' }])
  writeFileSync(path, 'a short')
  expect(await look()).toMatchObject([{ state: 'fail', message: expect.stringContaining(path) as string }])
  rmSync(path)
  expect(await look()).toMatchObject([
    { state: 'fail', message: expect.stringMatching(/^1 of 1 stored files missing/) as string },
  ])
})

test('a database that was begun and never filled is no damage, and a damaged one is told once', async () => {
  const data = join(folder, 'data')
  mkdirSync(data)
  writeFileSync(join(data, 'embedline.db'), '')
  expect((await run()).code).toBe(0)
  writeFileSync(join(data, 'embedline.db'), 'no database '.repeat(100))
  const { code, printed } = await run('fix')
  expect(code).toBe(1)
  expect(printed.match(/^fail .*/gm)).toEqual([
    expect.stringMatching(/^fail {2}database {5}the database .* is not an Embedline/),
  ])
})

test('a database that cannot be read now is not called damaged', () => {
  const [unread] = checkDatabase(folder, folder)
  expect(unread).toMatchObject({
    state: 'fail',
    message: expect.stringMatching(/^it could not be read/) as string,
  })
  expect(unread?.advice).not.toContain('restore')
})

test('a folder that is only partly restored fails, and says what goes on with it', async () => {
  await lockFolder(folder).close()
  writeFileSync(join(folder, 'restoring'), '')
  expect(await checkLeftovers({ dataFolder: folder, objectsFolder: folder })).toMatchObject([
    { state: 'fail', advice: expect.stringContaining('embedline restore') as string },
  ])
})

test('a missing ffmpeg is installed by root where there is apt-get, and only the one on PATH', async () => {
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
  const missing = await checkFfmpeg({ ffmpeg: 'ffmpeg', ffprobe: 'ffprobe' }, { PATH: folder })
  expect(missing.fix?.what).toBe(mayInstall ? 'apt-get install ffmpeg (about 100 MB)' : undefined)
  const own = join(folder, 'my-ffmpeg')
  expect((await checkFfmpeg({ ffmpeg: own, ffprobe: own }, { PATH: folder })).fix).toBeUndefined()
})
