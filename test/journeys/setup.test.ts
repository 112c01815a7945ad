import { execFile } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

// The set-up works on a copy with an npm that only says what it was asked: it must not touch the real node_modules.
let clone: string
let programs: string
beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'embedline-setup-'))
  for (const path of ['scripts', 'bin']) cpSync(join(ROOT, path), join(clone, path), { recursive: true })
  write('src/cli/main.ts', '')
  write('package.json', '{"type": "module"}')
  write('package-lock.json', lockFile({ 'node_modules/a': '1.0.0' }))
  programs = join(clone, 'programs')
  mkdirSync(programs)
  for (const program of ['sh', 'node', 'sed', 'find']) linkProgram(program)
  script('npm', 'echo "$*" >>npm-calls')
})
afterEach(() => {
  rmSync(clone, { recursive: true })
})

function write(path: string, content: string): void {
  mkdirSync(join(clone, path, '..'), { recursive: true })
  writeFileSync(join(clone, path), content)
}

const lockFile = (versions: Record<string, string>) =>
  JSON.stringify({
    packages: {
      '': {},
      ...Object.fromEntries(Object.entries(versions).map(([path, version]) => [path, { version }])),
    },
  })

/** As `npm ci` leaves it, with the bundle as the newest of all files. */
function installed(versions: Record<string, string> = { 'node_modules/a': '1.0.0' }): void {
  write('node_modules/.package-lock.json', lockFile(versions))
  for (const path of Object.keys(versions)) write(`${path}/package.json`, '{}')
  write('node_modules/.cache/embedline-bundle/main.mjs', '')
}

function linkProgram(name: string): void {
  const found = (process.env['PATH'] ?? '').split(delimiter).find((folder) => existsSync(join(folder, name)))
  if (found !== undefined) symlinkSync(join(found, name), join(programs, name))
}

function script(name: string, text: string): void {
  writeFileSync(join(programs, name), `#!/bin/sh\n${text}\n`)
  chmodSync(join(programs, name), 0o755)
}

/** Runs the set-up with nothing on PATH but `programs`; returns its exit code and all that it printed. */
const setUp = (environment: Record<string, string> = {}) =>
  new Promise<{ code: number; text: string }>((resolve) => {
    const env = { PATH: programs, ...environment }
    execFile('/bin/sh', [join(clone, 'scripts/setup.sh')], { env, cwd: clone }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, text: out + err })
    })
  })

test('with everything in place it says nothing and asks nobody', async () => {
  installed()
  script('ffmpeg', '')
  expect(await setUp()).toEqual({ code: 0, text: '' })
  expect(existsSync(join(clone, 'npm-calls'))).toBe(false)
})

test.each([
  ['no packages', undefined],
  ['an older package', { 'node_modules/a': '0.9.0' }],
  ['a package less', {}],
])('with %s it installs all by npm ci and says how much that downloads', async (_, versions) => {
  if (versions !== undefined) installed(versions)
  script('ffmpeg', '')
  const { code, text } = await setUp()
  expect(text).toMatch(/^setup: installing packages with npm ci: about \d+ MB to download, /)
  expect(code).toBe(0)
})

test('after an npm ci that was broken off, which leaves its record but not the packages, it installs again', async () => {
  installed()
  rmSync(join(clone, 'node_modules/a'), { recursive: true })
  script('ffmpeg', '')
  expect((await setUp()).text).toContain('setup: installing packages')
})

test('when npm ci fails it ends with 2 and says so', async () => {
  script('npm', 'echo npm error network >&2; exit 1')
  const { code, text } = await setUp()
  expect(code).toBe(2)
  expect(text).toMatch(/npm error network\nsetup: npm ci did not finish: [^\n]*\n$/)
})

test('without npm it ends with 2 and one sentence', async () => {
  rmSync(join(programs, 'npm'))
  expect(await setUp()).toEqual({
    code: 2,
    text: expect.stringMatching(/^setup: Node\.js with npm was not found: [^\n]*\n$/),
  })
})

test.each([
  ['macOS', { uname: 'echo Darwin' }, 'brew install ffmpeg'],
  ['a Linux without apt-get', { uname: 'echo Linux' }, 'with your package manager'],
  ['another user than root', { uname: 'echo Linux', 'apt-get': 'exit 1', id: 'echo 1000' }, 'sudo apt-get'],
  ['another system', { uname: 'echo SunOS' }, 'install it, or set EMBEDLINE_FFMPEG'],
])('without ffmpeg on %s it ends with 2 and one sentence', async (_, scripts, advice) => {
  installed()
  for (const [name, text] of Object.entries(scripts)) script(name, text)
  const { code, text } = await setUp()
  expect(code).toBe(2)
  expect(text).toMatch(/^setup: ffmpeg was not found: [^\n]*\n$/)
  expect(text).toContain(advice)
})

test('root on Debian gets ffmpeg by apt-get, and is told how much that downloads', async () => {
  installed()
  script('uname', 'echo Linux')
  script('id', 'echo 0')
  script('apt-get', 'case "$*" in *--assume-no*) echo "Need to get 87.6 MB of archives."; exit 1 ;; esac')
  const { code, text } = await setUp()
  expect(text).toContain('setup: installing ffmpeg with apt-get: 87.6 MB to download\n')
  expect(code).toBe(0)
})

test('when apt-get fails it ends with 2 and says so', async () => {
  installed()
  script('uname', 'echo Linux')
  script('id', 'echo 0')
  script('apt-get', 'echo E: no network >&2; exit 100')
  const { code, text } = await setUp()
  expect(code).toBe(2)
  expect(text).toMatch(/E: no network\n[^]*apt-get could not install ffmpeg/)
})

test('a path in EMBEDLINE_FFMPEG that leads nowhere is named', async () => {
  installed()
  expect(await setUp({ EMBEDLINE_FFMPEG: '/nowhere/ffmpeg' })).toEqual({
    code: 2,
    text: 'setup: EMBEDLINE_FFMPEG is /nowhere/ffmpeg, and there is no such program.\n',
  })
})
