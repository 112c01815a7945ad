import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { backup } from '../../src/cli/backup/backup.ts'
import { restore } from '../../src/cli/backup/restore.ts'
import { client, finished, uploadAsset } from '../support/client.ts'
import { runCommand } from '../support/commandRun.ts'
import { scenes } from '../support/madeMedia.ts'
import { serverProcess } from '../support/serverProcess.ts'
import { smallDisk } from '../support/smallDisk.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { withServer, type TestServer } from '../support/withServer.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/embedline', import.meta.url))

const createTask = async (url: string, assetId: string) =>
  (
    await client(url).embed.v2.tasks.create({
      inputType: 'video',
      modelName: 'marengo3.0',
      video: { mediaSource: { assetId } },
    })
  ).id

/** Small assets that nobody looks into, because nothing computes. */
async function fill(server: TestServer, count: number): Promise<string[]> {
  const ids: string[] = []
  for (let number = 0; number < count; number++) {
    const body = new FormData()
    body.set('method', 'direct')
    body.set('file', new Blob([`asset ${number}`.repeat(100)]), `${number}.mp4`)
    const response = await server.fetch('/v1.3/assets', { method: 'POST', body })
    ids.push(((await response.json()) as { _id: string })._id)
  }
  return ids
}

function start(...words: string[]) {
  const child = spawn(PROGRAM, words, { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]).then(
    ([out, err, [code]]) => ({ out: out + err, code: code as number | null }),
  )
  return { child, ended }
}

function rowsIn<Row>(folder: string, sql: string): Row[] {
  const database = new DatabaseSync(join(folder, 'embedline.db'), { readOnly: true })
  try {
    return database.prepare(sql).all() as Row[]
  } finally {
    database.close()
  }
}

const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

/** Starts a command and kills it as soon as the folder has so many files of a kind. */
async function killedAt(folder: string, isEnough: (files: string[]) => boolean, ...words: string[]) {
  const { child, ended } = start(...words)
  let isOver = false
  void ended.then(() => (isOver = true))
  while (!isOver && !isEnough(await filesIn(folder))) await new Promise((turn) => setImmediate(turn))
  child.kill('SIGKILL')
  return (await ended).code
}

test('a backup of a server at work, restored, goes on with its tasks to the same results; so does the server itself', async () => {
  const server = await withServer()
  const one = client(server.url)
  const { id: assetId } = await uploadAsset(one, await scenes(60))
  await server.fetch('/api/buckets/docs/objects/a.txt', { method: 'PUT', body: 'a text about dogs' })
  const id = await createTask(server.url, assetId)
  const folder = join(await temporaryFolder(), 'backup')
  const { code, out } = await runCommand(backup, [folder, '--data', server.dataFolder, '--json'])
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ folder, files: 3 })
  expect(rowsIn(folder, `select state from task where state in ('queued', 'processing')`)).toHaveLength(1)
  const original = await finished(one, id)
  expect(original.status).toBe('ready')
  expect((await runCommand(backup, [folder, '--check'])).out).toMatch(/whole: 3 files/)

  const data = join(await temporaryFolder(), 'data')
  expect((await runCommand(restore, [folder, '--data', data])).out).toMatch(/restored: 3 files of 20/)
  const restored = await withServer({ data })
  const again = await finished(client(restored.url), id)
  expect(again.data).toEqual(original.data)
  const object = await restored.fetch('/api/buckets/docs/objects/a.txt')
  expect(await object.text()).toBe('a text about dogs')
})

test('a backup that is killed is no backup, and goes on when it is started again; bytes removed meanwhile do no harm', async () => {
  const server = await withServer({ compute: '0' })
  const ids = await fill(server, 60)
  const folder = join(await temporaryFolder(), 'backup')
  const words = ['backup', folder, '--data', server.dataFolder, '--copy']
  const objects = (files: string[]) => files.filter((file) => /[0-9a-f]{64}$/.test(file)).length
  expect(await killedAt(folder, (files) => objects(files) >= 10, ...words)).toBeNull()
  await expect(runCommand(restore, [folder, '--data', `${folder}-data`])).rejects.toMatchObject({
    code: 'request_invalid',
    message: expect.stringContaining('there is no whole backup') as string,
  })
  await server.fetch(`/v1.3/assets/${ids[0]}`, { method: 'DELETE' })
  const hasDatabase = (files: string[]) => files.some((file) => file.includes('embedline.db'))
  // What was over before the kill came is begun anew.
  while (
    (await killedAt(folder, hasDatabase, ...words)) === 0 ||
    existsSync(join(folder, 'manifest.ndjson'))
  ) {
    await rm(folder, { recursive: true })
    await killedAt(folder, (files) => objects(files) >= 10, ...words)
  }
  const again = await start(...words).ended
  expect(again.out).toContain('backed up: 60 files')
  expect(again.code).toBe(0)
  expect((await filesIn(folder)).filter((file) => file.includes('.lock') || file.endsWith('.half'))).toEqual(
    [],
  )
  await expect(runCommand(backup, [folder, '--data', server.dataFolder])).rejects.toMatchObject({
    message: expect.stringContaining('there is a backup') as string,
  })
})

test('a backup made while assets come and go refers to nothing that it does not have', async () => {
  const server = await withServer({ compute: '0' })
  const folder = join(await temporaryFolder(), 'backup')
  const { ended } = start('backup', folder, '--data', server.dataFolder)
  let isOver = false
  void ended.then(() => (isOver = true))
  let kept: string[] = []
  while (!isOver) {
    const made = await fill(server, 4)
    for (const id of kept) await server.fetch(`/v1.3/assets/${id}`, { method: 'DELETE' })
    kept = made
  }
  expect((await ended).code).toBe(0)
  const stored = rowsIn<{ path: string }>(
    folder,
    `select account_id || '/' || substr(hash, 1, 2) || '/' || hash as path from object`,
  ).map(({ path }) => join(folder, 'objects', path))
  expect((await filesIn(join(folder, 'objects'))).toSorted()).toEqual(stored.toSorted())
})

test('a database whose bytes are gone for good is not called backed up', async () => {
  const server = await withServer({ compute: '0' })
  await fill(server, 2)
  const [lost = ''] = await filesIn(join(server.dataFolder, 'objects'))
  await rm(lost)
  const folder = join(await temporaryFolder(), 'backup')
  await expect(runCommand(backup, [folder, '--data', server.dataFolder])).rejects.toMatchObject({
    code: 'storage_unavailable',
    message: expect.stringContaining('refers to stored bytes that are not in') as string,
  })
})

test('a restore that is killed leaves a folder on which no server starts, until it is started again', async () => {
  const server = await withServer({ compute: '0' })
  const ids = await fill(server, 60)
  const folder = join(await temporaryFolder(), 'backup')
  await runCommand(backup, [folder, '--data', server.dataFolder])
  const data = join(await temporaryFolder(), 'data')
  const words = ['restore', folder, '--data', data]
  expect(await killedAt(data, (files) => files.length >= 15, ...words)).toBeNull()
  const refused = await start('serve', '--port', '0', '--data', data).ended
  expect(refused).toMatchObject({
    code: 1,
    out: expect.stringContaining('is only partly restored') as string,
  })
  expect((await start(...words).ended).code).toBe(0)
  const restored = await serverProcess(data, ['--compute', '0'])
  for (const id of [ids[0], ids.at(-1)])
    expect(
      (await fetch(`${restored.url}/v1.3/assets/${id}`, { headers: { 'x-api-key': 'key-of-one' } })).status,
    ).toBe(200)
  await expect(runCommand(restore, [folder, '--data', data])).rejects.toMatchObject({
    code: 'request_invalid',
    message: `${data} is not empty: a backup is restored into a new folder`,
  })
})

test('a backup of which something was cut off, changed or lost is refused by the name of the file', async () => {
  const server = await withServer({ compute: '0' })
  await fill(server, 3)
  const whole = join(await temporaryFolder(), 'backup')
  await runCommand(backup, [whole, '--data', server.dataFolder])
  const spoilt = async (spoil: (folder: string) => Promise<unknown>) => {
    const folder = join(await temporaryFolder(), 'spoilt')
    await cp(whole, folder, { recursive: true })
    await spoil(folder)
    const data = `${folder}-data`
    const failures = await Promise.all([
      runCommand(restore, [folder, '--data', data]).catch((failure: Error) => failure.message),
      runCommand(backup, [folder, '--check']).catch((failure: Error) => failure.message),
    ])
    expect(failures[1]).toEqual(failures[0])
    return failures[0]
  }
  const anObject = async (folder: string) =>
    (await filesIn(join(folder, 'objects')))[0] ?? expect.unreachable('no object')
  expect(await spoilt((folder) => truncate(join(folder, 'embedline.db'), 8192))).toMatch(
    /embedline\.db is not what/,
  )
  expect(await spoilt(async (folder) => rm(await anObject(folder)))).toMatch(
    /objects\/.* is not what was written/,
  )
  expect(
    await spoilt(async (folder) => {
      const path = await anObject(folder)
      const bytes = await readFile(path)
      bytes[0] = 0
      await rm(path)
      await writeFile(path, bytes)
    }),
  ).toMatch(/objects\/.* is not what was written/)
  const manifest = (folder: string) => join(folder, 'manifest.ndjson')
  expect(
    await spoilt(async (folder) => truncate(manifest(folder), (await stat(manifest(folder))).size - 30)),
  ).toMatch(/the manifest of the backup in .* is damaged/)
})

test('a backup onto a disk that fills up says so, is no backup, and goes on when there is room', async ({
  skip,
}) => {
  const disk = await smallDisk(2)
  if (!disk) return skip('only root can mount a small disk')
  const server = await withServer({ compute: '0' })
  await fill(server, 2)
  await mkdir(join(server.dataFolder, 'buckets/docs'), { recursive: true })
  await writeFile(join(server.dataFolder, 'buckets/docs/large.txt'), Buffer.alloc(3_000_000))
  const folder = join(disk.folder, 'backup')
  const words = [folder, '--data', server.dataFolder]
  await expect(runCommand(backup, words)).rejects.toMatchObject({ code: 'disk_full' })
  await expect(runCommand(backup, [folder, '--check'])).rejects.toMatchObject({ code: 'request_invalid' })
  await disk.resize(20)
  expect((await runCommand(backup, words)).out).toMatch(/backed up: 4 files/)
  expect((await runCommand(backup, [...words, '--check'])).code).toBe(0)
})

test('a backup is not made into a folder with something in it, or of nothing', async () => {
  const data = await temporaryFolder({ 'a.txt': '' })
  const into = (folder: string) => runCommand(backup, [folder, '--data', data])
  await expect(into(data)).rejects.toMatchObject({
    message: `${data} is not empty, and holds no backup to go on with`,
  })
  await expect(into(join(data, 'new'))).rejects.toMatchObject({
    message: expect.stringContaining('there is no database') as string,
  })
})
