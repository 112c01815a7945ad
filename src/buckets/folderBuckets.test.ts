import { execFile } from 'node:child_process'
import {
  chmod,
  link,
  mkdir,
  mkdtemp,
  open,
  readdir,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bucketsContract } from '../../test/contract/buckets.ts'
import { systemClock } from '../lib/clock.ts'
import type { Buckets } from './buckets.ts'
import { openFolderBuckets } from './folderBuckets.ts'

let root: string
let buckets: Buckets
let uploads = 0
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'embedline-buckets-'))
  buckets = openBelow('{account}')
})
afterEach(() => rm(root, { recursive: true, force: true }))

const openBelow = (template: string) =>
  openFolderBuckets({
    url: `file:${root}/${template}`,
    clock: systemClock,
    uploadId: () => String(uploads++),
  })
const at = (key: string) => join(root, 'ana', 'handbook', key)
const keysIn = async (bucket = 'handbook') =>
  (await Array.fromAsync(buckets.objects('ana', bucket))).map(({ key }) => key)

async function write(path: string, text = 'text') {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}

bucketsContract(() =>
  Promise.resolve({
    buckets,
    async fill(account, bucket, keys) {
      const paths = keys.map((key) => join(root, account, bucket, key))
      for (const folder of new Set(paths.map(dirname))) await mkdir(folder, { recursive: true })
      for (let start = 0; start < paths.length; start += 500)
        await Promise.all(paths.slice(start, start + 500).map((path) => writeFile(path, 'text')))
    },
    async overwrite(account, bucket, key, text) {
      const file = await open(join(root, account, bucket, key), 'r+')
      await file.writeFile(text)
      await file.utimes(new Date(), new Date(1))
      await file.close()
    },
    close: () => Promise.resolve(),
  }),
)

test('links, pipes, sockets and devices are no objects and lead nowhere', async () => {
  await write(at('real/file'))
  await write(join(root, 'ben', 'secrets', 'file'))
  await symlink(join(root, 'ben', 'secrets', 'file'), at('link out'))
  await symlink(at('real/file'), at('link in'))
  await symlink(join(root, 'ben', 'secrets'), at('folder out'))
  await symlink('real', at('folder in'))
  await symlink(join(root, 'ben', 'secrets'), join(root, 'ana', 'secrets'))
  await promisify(execFile)('mkfifo', [at('pipe')])
  const socket = createServer()
  await new Promise<void>((done) => void socket.listen(at('socket'), done))
  try {
    expect(await keysIn()).toEqual(['real/file'])
    expect(await buckets.list('ana')).toEqual(['handbook'])
    expect(await buckets.exists('ana', 'secrets')).toBe(false)
    await expect(keysIn('secrets')).rejects.toMatchObject({ code: 'not_found' })
    for (const key of ['link out', 'link in', 'folder out/file', 'folder in/file', 'pipe', 'socket']) {
      expect(await buckets.stat('ana', 'handbook', key)).toBeUndefined()
      expect(await buckets.remove('ana', 'handbook', key)).toBe(false)
      await expect(buckets.open('ana', 'handbook', key)).rejects.toMatchObject({ code: 'not_found' })
      expect(await buckets.useFile('ana', 'handbook', key, undefined, async () => {})).toBe(false)
    }
    await expect(put('folder out/new')).rejects.toMatchObject({ code: 'request_invalid' })
    expect(await readdir(join(root, 'ben', 'secrets'))).toEqual(['file'])
  } finally {
    await new Promise((done) => socket.close(done))
  }
})

test('a file that others also have under another name is an object like any other', async () => {
  await write(at('one'))
  await link(at('one'), at('two'))
  expect(await keysIn()).toEqual(['one', 'two'])
})

test('a folder that becomes a link again and again never shows what lies outside', async (context) => {
  if (process.platform !== 'linux') return context.skip('only Linux opens a folder from the one before')
  await write(at('folder/file'), 'inside')
  await write(join(root, 'outside', 'file'), 'outside')
  await write(join(root, 'outside', 'other'), 'outside')
  await symlink(join(root, 'outside'), join(root, 'link'))
  let isOver = false
  const swapping = (async () => {
    while (!isOver) {
      await rename(at('folder'), join(root, 'aside'))
      await rename(join(root, 'link'), at('folder'))
      await rename(at('folder'), join(root, 'link'))
      await rename(join(root, 'aside'), at('folder'))
    }
  })()
  const seen = new Set<string>()
  for (let round = 0; round < 400; round++) {
    for (const key of await keysIn()) seen.add(key)
    const text = await readText('folder/file').catch((failure: { code: string }) => failure.code)
    seen.add(text)
  }
  isOver = true
  await swapping
  expect([...seen].filter((text) => !['folder/file', 'inside', 'not_found'].includes(text))).toEqual([])
  expect(seen).toContain('inside')
})

test('where a folder is, no object can be put, and below an object none', async () => {
  await put('folder/file')
  await expect(put('folder')).rejects.toMatchObject({ code: 'request_invalid', field: 'key' })
  await expect(put('folder/file/below')).rejects.toMatchObject({ code: 'request_invalid', field: 'key' })
  expect(await keysIn()).toEqual(['folder/file'])
})

test('a folder that may not be read is a failure, not an empty one', async (context) => {
  if (process.getuid?.() === 0) return context.skip('root may read everything')
  await write(at('folder/file'))
  await chmod(at('folder'), 0)
  await expect(keysIn()).rejects.toMatchObject({ code: 'storage_unavailable' })
  await chmod(at('folder'), 0o700)
})

test('uploads are not seen, and those that a crash left behind go a day later', async () => {
  await write(at('a/file'))
  await write(at('a/.embedline-upload-new'), 'half')
  await write(at('a/.embedline-upload-old'), 'half')
  const twoDaysAgo = new Date(Date.now() - 2 * 24 * 3600 * 1000)
  await utimes(at('a/.embedline-upload-old'), twoDaysAgo, twoDaysAgo)
  expect(await keysIn()).toEqual(['a/file'])
  expect(await readdir(at('a'))).toEqual(['.embedline-upload-new', 'file'])
  const upload = 'a/.embedline-upload-new'
  await expect(buckets.open('ana', 'handbook', upload)).rejects.toMatchObject({ code: 'request_invalid' })
})

test('a template without the account gives all accounts the same buckets', async () => {
  buckets = openBelow('shared')
  await put('a')
  expect(await buckets.list('ben')).toEqual(['handbook'])
})

test('the folder of the buckets may itself be reached by a link', async () => {
  await write(join(root, 'elsewhere', 'handbook', 'file'))
  await symlink('elsewhere', join(root, 'ana'))
  expect(await keysIn()).toEqual(['file'])
})

test('names of accounts that are no plain part of a path lie in folders of encoded names', async () => {
  for (const account of ['Ana & Co', 'a/b', '..', 'a%2Fb'])
    await buckets.put(account, 'handbook', 'a', bytes('text'))
  expect(await readdir(root)).toEqual(['%2E%2E', 'Ana%20%26%20Co', 'a%252Fb', 'a%2Fb'])
})

test('a file whose name is not Unicode does not come, and does not hinder the others', async (context) => {
  if (process.platform !== 'linux') return context.skip('only Linux has such names')
  await write(at('good'))
  const bad = Buffer.concat([Buffer.from(at('bad')), Buffer.from([0xff])])
  await writeFile(bad, 'text')
  expect(await keysIn()).toEqual(['good'])
})

test('URLs of other kinds are refused', () => {
  for (const url of ['', '/srv', 'file:', 'ftp://host/path', 's3:x', 'file:/a%zz'])
    expect(() => openFolderBuckets({ url, clock: systemClock, uploadId: () => '' })).toThrow(
      expect.objectContaining({ code: 'request_invalid' }),
    )
})

async function* bytes(text: string) {
  yield Buffer.from(text)
}

const put = (key: string) => buckets.put('ana', 'handbook', key, bytes('text'))

async function readText(key: string): Promise<string> {
  const { stream } = await buckets.open('ana', 'handbook', key)
  return Buffer.concat(await stream.toArray()).toString()
}
