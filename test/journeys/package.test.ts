import { execFile } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { GEMMA, gemmaModels } from '../support/gemmaFixture.ts'
import { serverProcess } from '../support/serverProcess.ts'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../../', import.meta.url))

// npm's cache is the usual one, which `npm ci` has filled: with an empty one this takes minutes.
const SLOW = 300_000

const UNREACHABLE = /npm error code (ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT)/

/** What `npm pack --json` says. */
interface Packed {
  filename: string
  size: number
  files: { path: string }[]
}

let folder: string
let home: string
let packed: Packed
let installing: string
let isOffline = false
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedline package '))
  home = join(folder, 'an empty folder')
  await mkdir(home)
  const { stdout } = await npm(ROOT, ['pack', '--json', '--pack-destination', folder])
  packed = (JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as [Packed])[0]
  try {
    installing = (await npm(home, ['install', '--loglevel=warn', join(folder, packed.filename)])).stderr
  } catch (error) {
    isOffline = UNREACHABLE.test(String(error))
    if (!isOffline) throw error
  }
}, SLOW)
afterAll(() => rm(folder, { recursive: true, force: true }))
beforeEach(({ skip }) => {
  if (isOffline)
    skip('npm cannot reach its registry from here, and would install the package’s dependencies from it')
})

const NPM_SETTINGS = {
  npm_config_prefer_offline: 'true',
  npm_config_audit: 'false',
  npm_config_fetch_retries: '0',
}

/** Set for this test's own Node, or by the npm above for its own scripts. */
const NOT_OURS =
  /^(npm_(package|lifecycle)|npm_config_(onnx|local_prefix|loglevel)|NODE_(ENV|OPTIONS|PATH|COMPILE)|EMBEDLINE_)/i

/** The environment of a stranger, without the Node of this clone. */
function environment(): Record<string, string | undefined> {
  const rest = Object.entries(process.env).filter(([name]) => !NOT_OURS.test(name))
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((path) => !path.startsWith(ROOT))
  return { ...Object.fromEntries(rest), ...NPM_SETTINGS, PATH: folders.join(delimiter) }
}

const npm = (cwd: string, words: readonly string[]) =>
  run('npm', words, { cwd, env: environment(), maxBuffer: 10e6 })

const program = (): string => join(home, 'node_modules/.bin/embedline')

/** Runs the installed command; what it prints and how it ends. */
const embedline = (...words: string[]) =>
  run(program(), words, { cwd: home, env: environment() }).then(
    ({ stdout, stderr }) => ({ code: 0, text: stdout + stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      text: error.stdout + error.stderr,
    }),
  )

interface Doctor {
  checks: { name: string; state: string; message: string; advice?: string }[]
}

async function librariesCheck() {
  const { text } = await embedline('doctor', '--port', '0', '--json')
  return (JSON.parse(text) as Doctor).checks.find(({ name }) => name === 'libraries')
}

/** Starts, embeds a text by a model, stops; what the server answered to the text. */
async function serveOnce(model: string, flags: readonly string[] = []) {
  const server = await serverProcess(join(home, 'data'), flags, { program: program() })
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
  const answer = await fetch(`${server.url}/v1.3/embed-v2`, {
    method: 'POST',
    headers: { 'x-api-key': 'key-of-one', 'content-type': 'application/json' },
    body: JSON.stringify({ input_type: 'text', model_name: model, text: { input_text: 'a storm at sea' } }),
  })
  const body = (await answer.json()) as { message?: string; model?: object; data: [{ embedding: number[] }] }
  expect(await server.end('SIGTERM')).toBe(0)
  return { status: answer.status, ...body }
}

async function everyCommandWorks(): Promise<void> {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  expect(await embedline('--version')).toEqual({ code: 0, text: `${version}\n` })
  const demo = await embedline('demo')
  expect(demo.text).toMatch(/asked by plain HTTP, because twelvelabs-js/)
  expect(demo.text).toMatch(/is ready: 28 vectors/)
  expect(demo.text).toMatch(/as PNG\n {3}0:20\.0 – 0:30\.0 {2}cosine 0\.9/)
  expect(demo.text).toContain('For real use: npx embedline serve')
  expect(demo.code).toBe(0)
  expect((await serveOnce('builtin')).data[0].embedding).toHaveLength(512)
}

test('the package has what runs and what is read: no tests, no sources, no benches', () => {
  const tops = new Set(packed.files.map(({ path }) => path.replace(/\/.*$/, '/')))
  expect([...tops].toSorted()).toEqual(
    [
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'LICENSE',
      'README.md',
      'bin/',
      'dist/',
      'docs/',
      'package.json',
    ].toSorted(),
  )
  // Declarations are for programs that use the client.
  const sources = packed.files.filter(({ path }) => /(?<!\.d)\.ts$|\.test\./.test(path))
  expect(sources).toEqual([])
  expect(packed.size).toBeLessThan(2_000_000)
})

test('links in its pages lead somewhere in the package', () => {
  const paths = packed.files.map(({ path }) => path)
  const broken = paths
    .filter((path) => path.endsWith('.md'))
    .flatMap((page) => {
      const text = readFileSync(join(home, 'node_modules/embedline', page), 'utf8')
      return [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
        .map(([, link = '']) => posix.join(posix.dirname(page), link))
        .filter(
          (link) => !paths.some((path) => path === link || path.startsWith(`${link.replace(/\/$/, '')}/`)),
        )
        .map((link) => `${page} → ${link}`)
    })
  expect(broken).toEqual([])
})

test('embedline/client is imported by any Node, and its types hold in a program without those of Node', async () => {
  const call = `import('embedline/client').then(({ embedline }) => console.log(typeof embedline))`
  expect((await run('node', ['-e', call], { cwd: home, env: environment() })).stdout).toBe('function\n')
  const file = join(home, 'uses.mts')
  writeFileSync(
    file,
    `import { embedline } from 'embedline/client'
     const client = embedline({ url: 'http://127.0.0.1:8787', key: 'k' })
     const kind: 'media' | 'bucket' | 'batch' = (await client.tasks.get('x')).kind
     // @ts-expect-error there is no such kind
     client.tasks.list({ kind: 'x' })
     export { kind }`,
  )
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc')
  const settings =
    '--noEmit --ignoreConfig --strict --module nodenext --target es2022 --lib es2022,dom,dom.asynciterable'
  const words = [compiler, ...settings.split(' '), '--types', '', file]
  const { stdout: complaints } = await run(process.execPath, words, { cwd: home }).catch(
    (error: { stdout: string }) => error,
  )
  expect(complaints).toBe('')
})

test('the API reference is drawn by files of the package', async () => {
  const server = await serverProcess(join(home, 'docs-data'), ['--compute', '0'], { program: program() })
  const html = await (await fetch(`${server.url}/docs`)).text()
  for (const [, path = ''] of html.matchAll(/(?:src|href)="(\/[^"]*)"/g))
    expect([path, (await fetch(server.url + path)).status]).toEqual([path, 200])
  expect(html).toContain('swagger-ui-bundle.js')
  expect(await server.end('SIGTERM')).toBe(0)
})

test('nothing of it runs when it is installed, and npm has nothing to warn of', () => {
  const text = readFileSync(join(home, 'node_modules/embedline/package.json'), 'utf8')
  const { scripts } = JSON.parse(text) as { scripts: Record<string, string> }
  const atInstallation = ['preinstall', 'install', 'postinstall', 'prepare']
  expect(Object.keys(scripts).filter((name) => atInstallation.includes(name))).toEqual([])
  expect(installing).not.toMatch(/install.scripts|deprecated/)
})

test('without the model libraries every command works, and doctor warns', { timeout: SLOW }, async () => {
  expect(await librariesCheck()).toMatchObject({
    state: 'warn',
    message: 'no trained models, only builtin: @huggingface/transformers is not installed',
  })
  await everyCommandWorks()
  const models = await gemmaModels()
  const answer = await serveOnce(GEMMA.id, ['--models', models.folder, '--precision', 'fp32'])
  expect(answer).toMatchObject({
    status: 503,
    message: expect.stringContaining('ONNXRUNTIME_NODE_INSTALL=skip npm install @'),
  })
})

test('compiled code is kept inside the package, so that nothing is left when it is removed', async () => {
  await embedline('--version')
  expect(await readdir(join(home, 'node_modules/embedline/node_modules/.cache/embedline'))).not.toEqual([])
})

test('a link to its command starts it from anywhere, as npm makes one for a global installation', async () => {
  await symlink(program(), join(folder, 'linked'))
  const { stdout } = await run(join(folder, 'linked'), ['--help'], { cwd: tmpdir(), env: environment() })
  expect(stdout).toContain('starts the server')
})

test(
  'the command that doctor prints adds the model libraries, and a trained model answers',
  { timeout: SLOW },
  async () => {
    const advice = (await librariesCheck())?.advice ?? ''
    await run('sh', ['-c', advice], { cwd: tmpdir(), env: environment(), maxBuffer: 10e6 })
    expect(await librariesCheck()).toMatchObject({
      state: 'ok',
      message: expect.stringMatching(/^transformers 4\.3\.1 and onnxruntime 1\.30\.0/),
    })
    expect(existsSync(join(home, 'node_modules/@huggingface/transformers/node_modules/sharp'))).toBe(false)
    const models = await gemmaModels()
    const answer = await serveOnce(GEMMA.id, ['--models', models.folder, '--precision', 'fp32'])
    expect(answer).toMatchObject({ status: 200, model: GEMMA })
    expect(answer.data[0].embedding).toHaveLength(512)
  },
)
