import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { runCommand } from '../../../test/support/commandRun.ts'
import { scenes } from '../../../test/support/madeMedia.ts'
import { membersOf, readNpy } from '../../../test/support/npz.ts'
import { temporaryFolder } from '../../../test/support/temporaryFolder.ts'
import { openServer, type OpenedServer } from '../../../test/support/withServer.ts'
import type { Task } from '../../client/client.ts'
import { embed } from '../embed.ts'
import { inputsOf } from './inputs.ts'

const PROGRAM = fileURLToPath(new URL('../../../bin/embedline', import.meta.url))
const HOLD = fileURLToPath(new URL('../../../test/support/holdFolder.process.ts', import.meta.url))

let server: OpenedServer
beforeAll(async () => {
  server = await openServer()
})
afterAll(() => server.close())

const here = () => ['--url', server.url, '--key', server.key]

const picture = (colour: string) =>
  sharp({ create: { width: 64, height: 48, channels: 3, background: colour } })
    .png()
    .toBuffer()

/** A folder of a video of 13 s, two pictures, a text, and a file of which nothing is embedded. */
async function mixedFolder(): Promise<string> {
  const folder = await temporaryFolder({
    'media/deep/blue.png': await picture('blue'),
    'media/red.png': await picture('red'),
    'media/song.txt': 'The sea was calm. The wind came up. They went home.',
    'media/other.zip': Buffer.from('PK\u0005\u0006'.padEnd(22, '\0')),
  })
  await copyFile(await scenes(13), join(folder, 'media/scenes.mp4'))
  return folder
}

interface Row {
  source: string
  task_id: string
  asset_id: string
  model: string
  option: string
  scope: string
  start_sec?: number
  end_sec?: number
  embedding: number[]
}

const rowsIn = (lines: string): Row[] =>
  lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)

/** The program as a user runs it. */
function program(words: readonly string[], cwd: string) {
  const child = spawn(PROGRAM, words, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { child, ended: ended.then(([out, err, [code]]) => ({ out, err, code: code as number | null })) }
}

const tasksOf = async (state: string): Promise<Task[]> =>
  ((await (await server.fetch(`/api/tasks?state=${state}`)).json()) as { tasks: Task[] }).tasks

test('a folder becomes one file, in the order of its files, with what cannot be embedded named', async () => {
  const folder = await mixedFolder()
  const out = join(folder, 'out.ndjson')
  const ran = await runCommand(embed, [join(folder, 'media'), '--out', out, '--clip-sec', '6', ...here()])
  expect(ran.code).toBe(1)
  expect(ran.out).toMatch(/other\.zip: skipped: The file is a zip archive/)
  expect(ran.out).toMatch(/out\.ndjson: 7 vectors of 4 of 5 inputs, 1 skipped\n/)
  const rows = rowsIn(await readFile(out, 'utf8'))
  expect(
    rows.map(({ source, option, scope, start_sec: start }) => [
      source.slice(join(folder, 'media/').length),
      option,
      scope,
      start ?? 0,
    ]),
  ).toEqual([
    ['deep/blue.png', 'visual', 'asset', 0],
    ['red.png', 'visual', 'asset', 0],
    ['scenes.mp4', 'visual', 'clip', 0],
    ['scenes.mp4', 'audio', 'clip', 0],
    ['scenes.mp4', 'visual', 'clip', 6],
    ['scenes.mp4', 'audio', 'clip', 6],
    ['song.txt', 'text', 'asset', 0],
  ])
  expect(
    rows.every(({ task_id: task, asset_id: asset, model }) => task && asset && model === 'builtin@1'),
  ).toBe(true)
  expect((await readdir(folder)).toSorted()).toEqual(['media', 'out.ndjson'])
})

test('what --option and --scope name is embedded and nothing else, also as Parquet and NPZ', async () => {
  const folder = await mixedFolder()
  const inputs = ['scenes.mp4', 'red.png', 'song.txt'].map((name) => join(folder, 'media', name))
  const words = [...inputs, '--option', 'visual', '--scope', 'asset', ...here()]
  const { out: printed, notes, code } = await runCommand(embed, words)
  expect(code).toBe(1)
  expect(notes).toMatch(/song\.txt: skipped: a text has none of the vectors that --option names/)
  const rows = rowsIn(printed)
  expect(rows.map(({ source, scope }) => [source, scope])).toEqual(
    inputs.slice(0, 2).map((path) => [path, 'asset']),
  )
  await runCommand(embed, [...words, '--out', join(folder, 'out.parquet')])
  const read = await parquetReadObjects({ file: await asyncBufferFromFile(join(folder, 'out.parquet')) })
  expect(read.map(({ source, embedding }) => [source, [...(embedding as number[])]])).toEqual(
    rows.map(({ source, embedding }) => [source, embedding.map(Math.fround)]),
  )
  const json = await runCommand(embed, [...words, '--json', '--out', join(folder, 'out.npz')])
  expect(JSON.parse(json.out)).toMatchObject({
    vectors: 2,
    inputs: [
      { outcome: 'embedded', vectors: 1, state: 'ready' },
      { outcome: 'embedded' },
      { outcome: 'skipped' },
    ],
  })
  const members = await membersOf(join(folder, 'out.npz'))
  const arrays = [...members].filter(([name]) => name.endsWith('/embedding.npy'))
  expect(arrays.flatMap(([, bytes]) => [...new Float32Array(readNpy(bytes).bytes)])).toEqual(
    rows.flatMap(({ embedding }) => embedding.map(Math.fround)),
  )
})

test('a text is cut into chunks when these are asked for', async () => {
  const folder = await mixedFolder()
  const words = [join(folder, 'media/song.txt'), '--scope', 'chunk', '--sentences', '1', ...here()]
  const { out, code } = await runCommand(embed, words)
  expect(rowsIn(out).map(({ scope }) => scope)).toEqual(['chunk', 'chunk', 'chunk'])
  expect(code).toBe(0)
})

test('subtitles beside a video are told in its vectors, and are no input of their own', async () => {
  const folder = await temporaryFolder({
    'talk.en.srt': '1\n00:00:00,000 --> 00:00:05,000\nGood morning.\n',
    'alone.vtt': 'WEBVTT\n\n00:00.000 --> 00:05.000\nGood night.\n',
  })
  const media = join(folder, 'talk.mp4')
  await copyFile(await scenes(13), media)
  expect(await inputsOf([folder])).toEqual([
    { source: join(folder, 'alone.vtt'), path: join(folder, 'alone.vtt'), subtitles: [] },
    { source: media, path: media, subtitles: [{ path: join(folder, 'talk.en.srt'), language: 'en' }] },
  ])
  const { out, notes, code } = await runCommand(embed, [folder, '--option', 'transcription', ...here()])
  expect(new Set(rowsIn(out).map(({ source, option }) => `${source} ${option}`))).toEqual(
    new Set([`${media} transcription`]),
  )
  expect(notes).toContain('alone.vtt: skipped: nothing is embedded of text/vtt')
  expect(code).toBe(1)
})

test('wrong words and a model that is not there end it before anything is written', async () => {
  const folder = await temporaryFolder({ 'red.png': await picture('red'), 'there.npz': '' })
  const red = join(folder, 'red.png')
  const out = ['--out', join(folder, 'out.npz'), ...here()]
  await expect(runCommand(embed, [red, '--option', 'smell', ...out])).rejects.toThrow(
    '"smell" is none of visual',
  )
  await expect(runCommand(embed, [red, '--model', 'no-such', ...out])).rejects.toThrow(/--model: .*no-such/)
  await expect(runCommand(embed, [join(folder, 'gone.png'), ...out])).rejects.toThrow('there is no')
  await expect(runCommand(embed, [...out])).rejects.toThrow('what should be embedded?')
  await expect(runCommand(embed, [red, ...here(), '--out', join(folder, 'there.npz')])).rejects.toThrow(
    '--force',
  )
  expect((await readdir(folder)).toSorted()).toEqual(['red.png', 'there.npz'])
})

test('two at once give the same as one after the other', async () => {
  const folder = await mixedFolder()
  const run = (name: string) =>
    runCommand(embed, [join(folder, 'media'), '--out', join(folder, name), ...here()])
  await Promise.all([run('one.ndjson'), run('two.ndjson')])
  const vectorsIn = async (name: string) =>
    rowsIn(await readFile(join(folder, name), 'utf8')).map(({ source, option, embedding }) => [
      source,
      option,
      embedding,
    ])
  expect(await vectorsIn('one.ndjson')).toEqual(await vectorsIn('two.ndjson'))
})

test('without a server one starts for the command alone, also where the data folder is held', async () => {
  const folder = await temporaryFolder({
    'red.png': await picture('red'),
    'data/server.json': '{"url":"http://127.0.0.1:9"}',
  })
  const holder = spawn(process.execPath, [HOLD, join(folder, 'data')], { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void holder.kill('SIGKILL'))
  await once(holder.stdout, 'data')
  const { child, ended } = program(['embed', 'red.png', '--out', 'out.ndjson'], folder)
  expect(await ended).toEqual({
    out: '   red.png: 1 vector\n   out.ndjson: 1 vector of 1 of 1 input\n',
    err: '',
    code: 0,
  })
  expect(rowsIn(await readFile(join(folder, 'out.ndjson'), 'utf8'))).toMatchObject([{ source: 'red.png' }])
  expect((await readdir(tmpdir())).filter((name) => name.startsWith(`embedline-own-${child.pid}-`))).toEqual(
    [],
  )
})

/** A video that takes a while, and `embed` of it that has come as far as its task. */
async function midway() {
  const folder = await temporaryFolder()
  await copyFile(await scenes(130), join(folder, 'long.mp4'))
  // Bytes behind the end are not looked at, but make it another file than that of other tests.
  await writeFile(join(folder, 'long.mp4'), `${Math.random()}`, { flag: 'a' })
  const ran = program(['embed', 'long.mp4', '--out', 'out.npz', ...here()], folder)
  await expect.poll(() => tasksOf('queued,processing'), { timeout: 30_000 }).toHaveLength(1)
  return { folder, ...ran }
}

test('Ctrl-C ends the tasks and leaves no file', async () => {
  const { folder, child, ended } = await midway()
  child.kill('SIGINT')
  expect(await ended).toMatchObject({ out: 'Stopped: nothing is written.\n', code: 130 })
  expect(await tasksOf('queued,processing')).toEqual([])
  expect((await tasksOf('cancelled')).map(({ input }) => input.filename)).toEqual(['long.mp4'])
  expect(await readdir(folder)).toEqual(['long.mp4'])
})

test('kill -9 leaves no half file under the name that was asked for', async () => {
  const { folder, child, ended } = await midway()
  child.kill('SIGKILL')
  await ended
  expect(await readdir(folder)).not.toContain('out.npz')
  for (const { id } of await tasksOf('queued,processing'))
    await server.fetch(`/api/tasks/${id}/cancel`, { method: 'POST' })
})

test('a reader that goes after the first line ends it quietly', async () => {
  const folder = await mixedFolder()
  const words = ['embed', join(folder, 'media'), ...here()].map((word) => `'${word}'`).join(' ')
  const shell = spawn('sh', ['-c', `'${PROGRAM}' ${words} 2>notes | head -1`], { cwd: folder })
  const [out, err] = await Promise.all([text(shell.stdout), text(shell.stderr), once(shell, 'exit')])
  expect(rowsIn(out)).toHaveLength(1)
  expect(err).toBe('')
  expect(await readFile(join(folder, 'notes'), 'utf8')).not.toContain('embedline:')
})
