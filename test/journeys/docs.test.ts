import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join, posix } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { countMarks, examplesOf, pages, textOf, type Example } from '../support/examples.ts'
import { madeMedia, scenes } from '../support/madeMedia.ts'
import { startServerProcess, type ServerProcess } from '../support/serverProcess.ts'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const CLIENT = pathToFileURL(join(ROOT, 'src/client/client.ts')).href

/** Those that are run: the languages of the shell and of JavaScript, in the order of the page, in one folder. */
const RUN = ['sh', 'js', 'ts']
const SUFFIX: Readonly<Record<string, string>> = { js: 'mjs', ts: 'mts' }

const examples = pages().flatMap(examplesOf)
const runnable = examples.filter(({ language, notRun }) => RUN.includes(language) && notRun === undefined)
const ofPage = (all: readonly Example[]) => Map.groupBy(all, ({ page }) => page)

const FRAME = ['-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=1', '-frames:v', '1']

/** What the tour of the README prints, beyond ending well. */
const PRINTED: Readonly<Record<string, readonly RegExp[]>> = {
  'README.md': [
    /^\{"_id":"[0-9a-f]{24}","status":"ready".*"data":\[\{"embedding":\[/m,
    /^0 \d+(\.\d+)? visual clip 512$/m,
    /refunds are paid/i,
  ],
  'docs/tasks.md': [/"state":"cancelled"/, /"state":"processing"/, /"pauses":\[\{"id":\d+,"account":"admin"/],
  'docs/batches.md': [/"created":1,"existing":0,"refused":1/, /"custom_id":"one"/],
  'docs/events.md': [/"state":"ready"/, /^id: \d+$/m, /^(created|processing|progress|ended) [\w-]+$/m],
  'docs/tours/twelvelabs.md': [/^0 \d+(\.\d+)? visual 512$/m],
  'docs/tours/telnyx.md': [/Refunds are paid by card/],
  'docs/tours/openai.md': [/^1\.00 a storm at sea$/m, /^0\.\d\d the sea was stormy$/m],
  'docs/tours/native.md': [/^event: ended$/m, /^ended /m, /^ready \{/m, /^my\.mp4 /m, /^404 not_found /m],
}

/** Before the examples of a page: waits of a second are shorter, and what has no end runs until it has printed some lines. */
const AROUND = `sleep() { command sleep 0.2; }
until_lines() {
  exec 3< <(exec timeout 30 "\${@:2}")
  head -n $1 <&3
  kill $!
  exec 3<&-
}`

// A page waits for several tasks, on whatever machine.
const SLOW = { timeout: 180_000 }

let folder: string
let server: ServerProcess | undefined
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedline-docs-'))
  await mkdir(join(folder, 'bin'))
  await mkdir(join(folder, 'my-documents'))
  await symlink(join(ROOT, 'bin/embedline'), join(folder, 'bin/embedline'))
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  await copyFile(await scenes(8), join(folder, 'my.mp4'))
  await writeFile(
    join(folder, 'my-documents/refunds.md'),
    '# Refunds\n\nRefunds are paid by card within a week.\n',
  )
  await copyFile(await madeMedia('docs-frame.jpg', FRAME), join(folder, 'frame.jpg'))
  await writeFile(join(folder, 'notes.txt'), 'The office is closed on Sundays.\n')
  await writeFile(join(folder, 'talk.de.srt'), '1\n00:00:01,000 --> 00:00:04,000\nEin Sturm auf See\n')
  // Tells of each answer, also of those that the example pipes away.
  await writeFile(join(folder, '.curlrc'), 'write-out = "%{stderr}\\nHTTP %{http_code}\\n"\n')
  server = await startServerProcess(join(folder, 'data'), [], { keys: '' })
})
afterAll(async () => {
  await server?.end('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

/** As it stands, but that the server has another port and the package is this clone. */
const here = (code: string): string =>
  code.replaceAll('http://127.0.0.1:8787', server?.url ?? '').replaceAll(`'embedline/client'`, `'${CLIENT}'`)

const environment = (): Record<string, string | undefined> => ({
  ...process.env,
  EMBEDLINE_KEYS: undefined,
  CURL_HOME: folder,
  PATH: [join(folder, 'bin'), process.env['PATH']].join(delimiter),
})

const hasCurl = spawnSync('curl', ['--version']).status === 0

test.for([...ofPage(runnable).keys()])(
  'the examples of %s run as they stand',
  SLOW,
  async (page, { skip }) => {
    if (!hasCurl) skip('curl is not installed here, and the examples are told in its words')
    const lines = [AROUND]
    for (const { line, language, code, isEndless } of runnable.filter((example) => example.page === page)) {
      // What a block prints may end without a line's end.
      lines.push(`echo; echo '== ${page}:${line}' >&2`)
      // The server of the page is the one that runs already.
      const text = here(code).replaceAll(/^bin\/embedline serve\b.*$/gm, '')
      if (language === 'sh' && !isEndless) lines.push(text)
      else {
        const file = `example-${line}.${SUFFIX[language] ?? language}`
        await writeFile(join(folder, file), text)
        const program = language === 'sh' ? 'bash -ea' : `'${process.execPath}'`
        lines.push(`${isEndless ? 'until_lines 3 ' : ''}${program} ${file}`)
      }
    }
    const { stdout, stderr } = await run('bash', ['-eac', lines.join('\n')], {
      cwd: folder,
      env: environment(),
    })
    expect(stderr.match(/^HTTP (?!2\d\d).*/gm) ?? []).toEqual([])
    for (const pattern of PRINTED[page] ?? []) expect(stdout).toMatch(pattern)
  },
)

/** Modules that an example in Python imports. */
const modulesOf = (code: string): string[] =>
  [...code.matchAll(/^(?:from|import) (\w+)/gm)].map(([, name = '']) => name)

const python = examples.filter(({ language, notRun }) => language === 'python' && notRun === undefined)

/** Those of them that Python does not have here; undefined where there is no Python. */
function missingModules(): string[] | undefined {
  const look =
    'import sys; from importlib.util import find_spec; print(*[m for m in sys.argv[1:] if not find_spec(m)])'
  const { status, stdout } = spawnSync('python3', [
    '-c',
    look,
    ...python.flatMap(({ code }) => modulesOf(code)),
  ])
  return status === 0 ? stdout.toString().split(/\s+/) : undefined
}
const missing = missingModules()

test.for([...ofPage(python)])(
  'the examples in Python of %s run as they stand',
  async ([, ofThisPage], { skip }) => {
    for (const { line, code } of ofThisPage) {
      const lacking = modulesOf(code).filter((name) => missing?.includes(name))
      if (!missing || lacking.length > 0) skip(`python3 ${lacking.join(', ')} is not installed here`)
      await writeFile(join(folder, `example-${line}.py`), here(code))
      const { stdout } = await run('python3', [`example-${line}.py`], { cwd: folder, env: environment() })
      expect(stdout).not.toBe('')
    }
  },
)

test('what cannot be run here says why, and these are all', () => {
  const left = examples
    .filter(({ notRun }) => notRun !== undefined)
    .map(({ page, notRun }) => `${page}: ${notRun}`)
  expect([...new Set(left)]).toEqual([
    'README.md: it sets the clone up; test/journeys/demo.test.ts runs the same',
    'README.md: these are the tests',
    'README.md: test/journeys/package.test.ts packs and installs',
    'README.md: 450 MB; test/journeys/package.test.ts links the libraries of the clone',
    'README.md: the real weights are 0.8 GB',
    'docs/chaos.md: it takes a quarter of an hour; test/journeys/chaos.test.ts runs a short form',
    'docs/cli.md: there is no site at example.org that may be crawled',
    'docs/cli.md: the real weights are 0.8 GB',
    'docs/containers.md: it needs Docker',
    'docs/containers.md: it needs Docker; test/journeys/compose.test.ts runs the commands in the file',
    'docs/containers.md: it needs a cluster; test/journeys/chart.test.ts renders the chart',
    'docs/embeddinggemma.md: the real weights are 0.8 GB',
    'docs/models.md: the real weights are 0.8 GB',
    'docs/models.md: it needs a server that embeds; test/journeys/remoteModel.test.ts has one',
    'docs/postgresql.md: it needs a database; src/store and src/tasks are tested on one',
    'docs/postgresql.md: it needs a database and an S3 store; test/journeys/twoServers.test.ts runs these processes',
    'docs/postgresql.md: it needs a database; a test runs the file and then works on the database',
    'docs/postgresql.md: it needs a database; src/store/move and src/cli/move are tested on one',
    'docs/s3.md: it needs a store; test/journeys/s3.test.ts starts one',
    'docs/workers.md: it needs a database and an S3 store; test/journeys/workers.test.ts runs these processes',
  ])
})

test('nothing that looks like a block, or like a mark of one, is passed over', () => {
  for (const page of pages()) {
    const found = examplesOf(page)
    const marked = found.filter(({ notRun, isEndless }) => notRun !== undefined || isEndless)
    expect({ page, ...countMarks(page) }).toEqual({ page, fences: 2 * found.length, marks: marked.length })
  }
})

test('every block is of a language that is run or read here, and no command hides in one that is only read', () => {
  const known = [...RUN, 'python', 'json', 'yaml', 'text']
  expect(examples.filter(({ language }) => !known.includes(language))).toEqual([])
  const command =
    /^\s*(?:\$ |(?:sudo |npx )?(?:bin\/)?(?:embedline \w+ |curl |npm |npx |node |python3? |pip |docker |apt))/m
  const hidden = examples.filter(({ language, code }) => language === 'text' && command.test(code))
  expect(hidden.map(({ page, line }) => `${page}:${line}`)).toEqual([])
})

const asked = async (path: string): Promise<Response> => {
  const key = (await readFile(join(folder, 'data/admin.key'), 'utf8')).trim()
  return fetch(`${server?.url}${path}`, { headers: { 'x-api-key': key } })
}
const ask = async (path: string): Promise<unknown> => (await asked(path)).json()

/** Where what the pages show in JSON really comes from, in their order. */
const SHOWN: Readonly<Record<string, readonly (() => Promise<unknown>)[]>> = {
  'docs/cli.md': [
    async () => {
      const words = ['doctor', '--json', '--port', '0', '--data', 'data']
      const { stdout } = await run('bin/embedline', words, { cwd: folder, env: environment() })
      return JSON.parse(stdout)
    },
  ],
  'docs/events.md': [
    async () => ((await ask('/api/tasks?limit=1')) as { tasks: { progress: unknown }[] }).tasks[0]?.progress,
  ],
  'docs/tours/native.md': [() => ask('/api/tasks/x')],
}

/** The names of its fields, of lists those of the first row. */
const fieldsOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.slice(0, 1).map(fieldsOf)
  if (value === null || typeof value !== 'object') return ''
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, fieldsOf(inner)]))
}

test.for([...ofPage(examples.filter(({ language }) => language === 'json'))])(
  'the JSON of %s has the fields that are really answered',
  async ([page, shown]) => {
    const sources = SHOWN[page] ?? []
    expect(sources.length).toBe(shown.length)
    for (const [index, { code }] of shown.entries())
      expect(fieldsOf(await sources[index]?.())).toMatchObject(fieldsOf(JSON.parse(code)) as object)
  },
)

test('every block of YAML is YAML', () => {
  for (const { page, line, code } of examples.filter(({ language }) => language === 'yaml'))
    expect(() => parse(code) as unknown, `${page}:${line}`).not.toThrow()
})

/** What programs print, as the pages show it: with another address, and cut where it is long. */
test('what the pages show as printed is printed', async () => {
  const shown = examples.filter(({ language }) => language === 'text')
  // The last one is a picture of a folder.
  expect(shown.map(({ page }) => page)).toEqual(['docs/cli.md', 'docs/events.md', 'docs/models.md'])
  const [start = [], frame = []] = shown.map(({ code }) => code.trim().split('\n'))
  const starts = start.map(
    (line) => here(line).replace('/srv/embedline/data', join(folder, 'data')).split('…')[0] ?? '',
  )
  expect(starts.filter((wanted) => !server?.output.some((line) => line.startsWith(wanted)))).toEqual([])
  const { tasks } = (await ask('/api/tasks?limit=1&state=ready')) as { tasks: { id: string }[] }
  const told = await (await asked(`/api/tasks/${tasks[0]?.id}/events`)).text()
  const last = told.slice(told.lastIndexOf('id: ')).trim().split('\n')
  expect(last.slice(0, 2)).toEqual([expect.stringMatching(/^id: \d+$/), frame[1]])
  const [data, promised] = [last, frame].map(([, , line = '']) =>
    fieldsOf(JSON.parse(line.replace('data: ', ''))),
  )
  expect(data).toMatchObject(promised as object)
})

/** As GitHub makes them of headings. */
const anchorsOf = (page: string): string[] =>
  [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  )

/** Of a page, without what stands in blocks: where each link leads from the root, and to which heading there. */
const linksOf = (page: string): { to: string; anchor: string }[] =>
  [...textOf(page).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].map(
    ([, path = '', anchor = '']) => ({
      to: path === '' ? page : posix.join(posix.dirname(page), path),
      anchor,
    }),
  )

test('every link leads to a page or a file that is there, and to a heading in it', () => {
  const broken = [...pages(), 'CONTRIBUTING.md', 'CHANGELOG.md'].flatMap((page) =>
    linksOf(page)
      .filter(
        ({ to, anchor }) =>
          !existsSync(join(ROOT, to)) ||
          (anchor !== '' && !(to.endsWith('.md') && anchorsOf(to).includes(anchor))),
      )
      .map(({ to, anchor }) => `${page} → ${to}#${anchor}`),
  )
  expect(broken).toEqual([])
})

test('the index of the documentation names every page but the decisions', () => {
  const named = linksOf('docs/README.md').map(({ to }) => to)
  const wanted = pages().filter((page) => !page.startsWith('docs/decisions/') && page !== 'docs/README.md')
  expect(wanted.filter((page) => !named.includes(page))).toEqual([])
})
