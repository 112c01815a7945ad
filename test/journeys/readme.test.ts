import { execFile, spawnSync } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { scenes } from '../support/madeMedia.ts'
import { serverProcess } from '../support/serverProcess.ts'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** The code blocks of one language in the README's tour. */
async function tour(language: 'sh' | 'js'): Promise<string[]> {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
  const chapter = /## Five minutes[^]*?(?=\n## )/.exec(readme)?.[0] ?? ''
  return [...chapter.matchAll(/```(\w+)\n([^]*?)```/g)]
    .filter(([, name]) => name === language)
    .map(([, , code = '']) => code)
}

/** A folder as it is after `bin/embedline serve` in it, with a video. The server has another port. */
async function startTour() {
  const folder = await mkdtemp(join(tmpdir(), 'embedline-readme-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const server = await serverProcess(join(folder, 'data'))
  await mkdir(join(folder, 'data'), { recursive: true })
  await writeFile(join(folder, 'data/admin.key'), 'key-of-one\n')
  await copyFile(await scenes(14), join(folder, 'my.mp4'))
  return { folder, here: (code: string) => code.replaceAll('http://127.0.0.1:8787', server.url) }
}

const hasCurl = (): boolean => spawnSync('curl', ['--version']).status === 0

test('the lines of the tour run as they stand', async ({ skip }) => {
  if (!hasCurl()) skip('curl is not installed here, and the tour is told in its words')
  const { folder, here } = await startTour()
  const [start, ...lines] = await tour('sh')
  expect(start).toBe('bin/embedline serve\n')
  const { stdout } = await run('bash', ['-ec', here(lines.join('\n'))], { cwd: folder })
  expect(stdout).toMatch(/^\{"_id":"[0-9a-f]{24}","status":"ready".*"data":\[\{"embedding":\[/)
  expect(stdout).toMatch(/\{"data":\[\{"embedding":\[[^]*$/)
})

test('the program of the tour prints every clip', async () => {
  const { folder, here } = await startTour()
  const [program = ''] = await tour('js')
  await writeFile(join(folder, 'tour.mjs'), here(program))
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  const { stdout } = await run(process.execPath, ['tour.mjs'], { cwd: folder, env: { KEY: 'key-of-one' } })
  expect(stdout).toMatch(/^0 \d+(\.\d+)? visual clip 512\n/)
  expect(stdout).toMatch(/ audio asset 512\n/)
})
