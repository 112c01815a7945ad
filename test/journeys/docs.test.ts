import { execFile, spawnSync } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { examplesOf, pages, type Example } from '../support/examples.ts'
import { madeMedia, scenes } from '../support/madeMedia.ts'
import { startServerProcess, type ServerProcess } from '../support/serverProcess.ts'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const CLIENT = pathToFileURL(join(ROOT, 'src/client/client.ts')).href

/** Those that are run: the languages of the shell and of JavaScript, in the order of the page, in one folder. */
const RUN = ['sh', 'js', 'ts']

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
  'docs/tours/twelvelabs.md': [/^0 \d+(\.\d+)? visual 512$/m],
  'docs/tours/telnyx.md': [/Refunds are paid by card/],
  'docs/tours/openai.md': [/^1\.00 a storm at sea$/m, /^0\.\d\d the sea was stormy$/m],
  'docs/tours/native.md': [/^event: ended$/m, /^ended /m, /^ready \{/m, /^my\.mp4 /m, /^404 not_found /m],
}

let folder: string
let server: ServerProcess
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedline-docs-'))
  await mkdir(join(folder, 'bin'))
  await mkdir(join(folder, 'my-documents'))
  await symlink(join(ROOT, 'bin/embedline'), join(folder, 'bin/embedline'))
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  await copyFile(await scenes(14), join(folder, 'my.mp4'))
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
  await server.end('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

/** As it stands, but that the server has another port and the package is this clone. */
const here = (code: string): string =>
  code.replaceAll('http://127.0.0.1:8787', server.url).replaceAll(`'embedline/client'`, `'${CLIENT}'`)

const environment = (): Record<string, string | undefined> => ({
  ...process.env,
  EMBEDLINE_KEYS: undefined,
  CURL_HOME: folder,
  PATH: [join(folder, 'bin'), process.env['PATH']].join(delimiter),
})

const hasCurl = spawnSync('curl', ['--version']).status === 0

test.for([...ofPage(runnable).keys()])('the examples of %s run as they stand', async (page, { skip }) => {
  if (!hasCurl) skip('curl is not installed here, and the examples are told in its words')
  const lines: string[] = []
  for (const { line, language, code } of runnable.filter((example) => example.page === page)) {
    // What a block prints may end without a line's end.
    lines.push(`echo; echo '== ${page}:${line}' >&2`)
    // The server of the page is the one that runs already.
    if (language === 'sh') lines.push(here(code).replaceAll(/^bin\/embedline serve\b.*$/gm, ''))
    else {
      const file = `example-${line}.${language === 'ts' ? 'mts' : 'mjs'}`
      await writeFile(join(folder, file), here(code))
      lines.push(`'${process.execPath}' ${file}`)
    }
  }
  const { stdout, stderr } = await run('bash', ['-eac', lines.join('\n')], {
    cwd: folder,
    env: environment(),
  })
  expect(stderr.match(/^HTTP (?!2\d\d).*/gm) ?? []).toEqual([])
  for (const pattern of PRINTED[page] ?? []) expect(stdout).toMatch(pattern)
})

/** Modules that an example in Python imports, but for those of Python itself. */
const modulesOf = (code: string): string[] =>
  [...code.matchAll(/^from (\w+)(?:\.\w+)* import/gm)].map(([, name = '']) => name)

const python = examples.filter(({ language, notRun }) => language === 'python' && notRun === undefined)

test.for([...ofPage(python).keys()])(
  'the examples in Python of %s run as they stand',
  async (page, { skip }) => {
    for (const { line, code } of python.filter((example) => example.page === page)) {
      const needed = modulesOf(code).map((name) => `import ${name}`)
      if (spawnSync('python3', ['-c', needed.join('\n')]).status !== 0)
        skip(`python3 with ${modulesOf(code).join(', ')} is not installed here`)
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
    'docs/cli.md: there is no site at example.org that may be crawled',
    'docs/cli.md: the real weights are 0.8 GB',
    'docs/embeddinggemma.md: the real weights are 0.8 GB',
    'docs/events.md: the stream of an account has no end; docs/tours/native.md watches a task',
    'docs/events.md: it is for a page in a browser; docs/tours/native.md watches a task',
    'docs/models.md: the real weights are 0.8 GB',
    'docs/models.md: it needs a server that embeds; test/journeys/remoteModel.test.ts has one',
  ])
})

test('every block is of a language that is run or read here, and no command hides in one without a language', () => {
  const known = [...RUN, 'python', 'json', 'yaml', 'text', '']
  expect(examples.filter(({ language }) => !known.includes(language))).toEqual([])
  const hidden = examples.filter(
    ({ language, code }) => language === '' && /^(bin\/)?embedline \w+ |^curl |^npm /m.test(code),
  )
  expect(hidden.map(({ page, line }) => `${page}:${line}`)).toEqual([])
})

test('every block of JSON is JSON, and every one of YAML is YAML', () => {
  const parsers = { json: (code: string) => JSON.parse(code) as unknown, yaml: (code: string) => parse(code) as unknown }
  for (const { page, line, language, code } of examples)
    if (language === 'json' || language === 'yaml')
      expect(() => parsers[language](code), `${page}:${line}`).not.toThrow()
})
