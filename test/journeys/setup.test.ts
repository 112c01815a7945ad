import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'

const SETUP = fileURLToPath(new URL('../../scripts/setup.sh', import.meta.url))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'embedline-setup-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

/** Runs the set-up and returns its exit code with all that it printed. */
const setUp = (environment: Record<string, string | undefined>) =>
  new Promise<{ code: number; text: string }>((resolve) => {
    execFile('/bin/sh', [SETUP], { env: environment }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, text: out + err })
    })
  })

/** A PATH that holds nothing but the named programs of this machine and the given scripts. */
function pathOf(programs: readonly string[], scripts: Record<string, string>): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  for (const program of programs) {
    const found = folders.map((each) => join(each, program)).find((each) => existsSync(each))
    if (found !== undefined) symlinkSync(found, join(folder, program))
  }
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  return folder
}

const NEEDED = ['sh', 'dirname', 'node', 'npm', 'sed', 'env']

test('with everything in place it says nothing', async () => {
  expect(await setUp(process.env)).toEqual({ code: 0, text: '' })
})

test('without npm it ends with 2 and one sentence', async () => {
  const PATH = pathOf(['sh', 'dirname'], {})
  expect(await setUp({ PATH })).toEqual({
    code: 2,
    text: expect.stringMatching(/^setup: Node\.js with npm was not found: .*\n$/),
  })
})

test.each([
  ['macOS', { uname: 'echo Darwin' }, 'brew install ffmpeg'],
  ['a Linux without apt-get', { uname: 'echo Linux' }, 'with your package manager'],
  ['another user than root', { uname: 'echo Linux', 'apt-get': 'exit 1', id: 'echo 1000' }, 'sudo apt-get'],
  ['another system', { uname: 'echo SunOS' }, 'install it, or set EMBEDLINE_FFMPEG'],
])('without ffmpeg on %s it ends with 2 and one sentence', async (_, scripts, advice) => {
  const { code, text } = await setUp({ PATH: pathOf(NEEDED, scripts) })
  expect(code).toBe(2)
  expect(text).toMatch(/^setup: ffmpeg was not found: [^\n]*\n$/)
  expect(text).toContain(advice)
})

test('root on Debian gets ffmpeg by apt-get, and is told how much that downloads', async () => {
  const aptGet = `
    case "$*" in
      *--assume-no*) echo "Need to get 87.6 MB of archives."; exit 1 ;;
      *) echo "$*" >>"${folder}/calls" ;;
    esac`
  const PATH = pathOf(NEEDED, { uname: 'echo Linux', id: 'echo 0', 'apt-get': aptGet })
  const { code, text } = await setUp({ PATH })
  expect(text).toContain('setup: installing ffmpeg with apt-get: 87.6 MB to download\n')
  expect(code).toBe(0)
})

test('when apt-get fails it ends with 2 and says so', async () => {
  const PATH = pathOf(NEEDED, {
    uname: 'echo Linux',
    id: 'echo 0',
    'apt-get': 'echo E: no network >&2; exit 100',
  })
  const { code, text } = await setUp({ PATH })
  expect(code).toBe(2)
  expect(text).toMatch(/E: no network\n[^]*apt-get could not install ffmpeg/)
})

test('a path in EMBEDLINE_FFMPEG that leads nowhere is named', async () => {
  const { code, text } = await setUp({ ...process.env, EMBEDLINE_FFMPEG: '/nowhere/ffmpeg' })
  expect(code).toBe(2)
  expect(text).toBe('setup: EMBEDLINE_FFMPEG is /nowhere/ffmpeg, and there is no such program.\n')
})
