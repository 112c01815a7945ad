import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }

const PROGRAM = fileURLToPath(new URL('../../bin/embedline', import.meta.url))

async function embedline(words: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(PROGRAM, words, { env: { ...process.env, ...environment }, stdio: 'pipe' })
  child.stdin.end()
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { out, err, code: code as number }
}

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'embedline-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

test('the help lists every command and ends with 0', async () => {
  const { out, code } = await embedline(['--help'])
  for (const command of ['serve', 'demo', 'doctor', 'buckets']) expect(out).toContain(`  ${command}`)
  expect(code).toBe(0)
})

test('a command has a help page with its flags, their variables and defaults', async () => {
  const { out, code } = await embedline(['doctor', '-h'])
  expect(out).toContain('--port <number>')
  expect(out).toContain('[EMBEDLINE_PORT, default 8787]')
  expect(code).toBe(0)
})

test('the version is that of the package', async () => {
  expect(await embedline(['--version'])).toEqual({ out: `${manifest.version}\n`, err: '', code: 0 })
})

test('no command, an unknown one and an unknown flag end with 2 and a suggestion', async () => {
  expect(await embedline([])).toMatchObject({ code: 2, err: expect.stringContaining('which command?') })
  expect(await embedline(['doctr'])).toMatchObject({
    code: 2,
    err: 'embedline: unknown command doctr, did you mean doctor? (embedline --help lists them)\n',
  })
  expect(await embedline(['doctor', '--ports', '1'])).toMatchObject({
    code: 2,
    err: 'embedline: unknown flag --ports, did you mean --port?\n',
  })
})

test('commands of two words have a list and help of their own', async () => {
  const { out, code } = await embedline(['buckets', '--help'])
  for (const command of ['list', 'put', 'rm', 'embed', 'crawl', 'search'])
    expect(out).toContain(`  ${command}`)
  expect(code).toBe(0)
  expect((await embedline(['buckets', 'put', '--help'])).out).toContain('Usage: embedline buckets put')
  expect(await embedline(['buckets', 'embd'])).toMatchObject({
    code: 2,
    err: 'embedline: unknown command buckets embd, did you mean embed? (embedline buckets --help lists them)\n',
  })
})

test('bad settings end with 2 and are all named', async () => {
  const { err, code } = await embedline(['doctor', '--port', 'x'], { EMBEDLINE_RETENTION: 'y' })
  expect(code).toBe(2)
  expect(err).toContain('--port is "x"')
  expect(err).toContain('EMBEDLINE_RETENTION is "y"')
})

test('a server for other machines without a key ends with 2 and says what is wanted', async () => {
  const folder = emptyFolder()
  const { err, code } = await embedline(['serve', '--host', '0.0.0.0', '--port', '0', '--data', folder])
  expect(err).toContain('EMBEDLINE_KEYS')
  expect(code).toBe(2)
})

test('serve tells where it is, where the key lies and which model it has, and stops with 0', async () => {
  const folder = emptyFolder()
  const child = spawn(PROGRAM, ['serve', '--port', '0', '--data', folder], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [out, exited] = [text(child.stdout), once(child, 'exit')]
  await once(child.stdout, 'readable')
  child.kill('SIGTERM')
  expect(await out).toMatch(
    /^Embedline \S+ at http:\/\/127\.0\.0\.1:\d+\nkey: in \/.*\/admin\.key\nmodel: builtin@1: .*\n$/,
  )
  expect(await exited).toEqual([0, null])
})

test('doctor finds this machine fit, also as JSON', async () => {
  const { out, code } = await embedline(['doctor', '--port', '0', '--json'])
  expect(JSON.parse(out)).toMatchObject({ ok: true })
  expect(code).toBe(0)
})

test('doctor ends with 1 and says what to do when ffmpeg is missing', async () => {
  const { out, code } = await embedline(['doctor', '--port', '0', '--ffmpeg', '/nowhere/ffmpeg'])
  expect(out).toMatch(/^fail {2}ffmpeg {7}\/nowhere\/ffmpeg was not found\n {6}→ .*apt-get install ffmpeg/m)
  expect(code).toBe(1)
})
