import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isLongForm } from '../support/longForm.ts'
import { descendants, processTable, type ProcessRow } from '../support/processTable.ts'
import { needTestData, testData } from '../support/testData.ts'

const OWN_FILE = 'media/video/friday-subs-srt.mkv'

const PROGRAM = fileURLToPath(new URL('../../bin/embedline', import.meta.url))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'embedline-demo-test-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

/** A running demo whose temporary files lie in `folder`. */
interface Demo {
  process: ChildProcess
  /** Resolves when `pattern` was printed. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
  ended: Promise<{ code: number | null; text: string }>
}

function startDemo(words: readonly string[] = [], before: readonly string[] = []): Demo {
  const [command = '', ...rest] = [...before, PROGRAM, 'demo', ...words]
  const child = spawn(command, rest, { env: { ...process.env, TMPDIR: folder }, stdio: 'pipe' })
  let text = ''
  const looking: (() => void)[] = []
  const look = (words: string) => {
    text += words
    for (const wake of looking.splice(0)) wake()
  }
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', look)
  const ended = once(child, 'close').then(([code]) => {
    look('')
    return { code: code as number | null, text }
  })
  const printed = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const found = pattern.exec(text)
      if (found !== null) return found
      if (child.exitCode !== null) throw new Error(`the demo ended without printing ${pattern}:\n${text}`)
      await new Promise<void>((wake) => looking.push(wake))
    }
  }
  return { process: child, printed, ended }
}

test('the demo embeds, finds and explains, and leaves no file and no process', async () => {
  const demo = startDemo()
  await demo.printed(/ready/)
  const started = await descendants(demo.process.pid ?? 0)
  const { code, text } = await demo.ended

  expect(text).toMatch(/model builtin@1: .*no synonyms/)
  expect(text).toMatch(/asked by twelvelabs-js \d.*, the official client/)
  expect(text).toMatch(/task [0-9a-f]{24} is ready: 28 vectors/)
  expect(text).toMatch(/0:10\.0 – 0:20\.0 {2}transcription {2}clip {3}text {3}512 +-?0\.\d{4}/)
  expect(text).toMatch(/through the subtitles\n.*endless fractal"\n {3}0:10\.0 – 0:20\.0 {2}cosine/)
  expect(text).toMatch(/as PNG\n {3}0:20\.0 – 0:30\.0 {2}cosine 0\.9/)
  expect(text).toMatch(/curl .*\/v1\.3\/embed-v2\/tasks/)
  expect(code).toBe(0)
  expect(readdirSync(folder)).toEqual([])
  expect(await stillThere(started)).toEqual([])
})

test('Ctrl-C in the middle ends with 130 and leaves no file and no process', async () => {
  const demo = startDemo()
  await demo.printed(/embedding 0 %/)
  const started = await descendants(demo.process.pid ?? 0)
  demo.process.kill('SIGINT')
  expect(await demo.ended).toMatchObject({ code: 130, text: expect.stringContaining('Interrupted.') })
  expect(readdirSync(folder)).toEqual([])
  expect(await stillThere(started)).toEqual([])
})

test.runIf(isLongForm)(
  'a demo that is killed leaves no process, and the next one removes its folder',
  async () => {
    const killed = startDemo()
    await killed.printed(/embedding 0 %/)
    const started = await descendants(killed.process.pid ?? 0)
    killed.process.kill('SIGKILL')
    await killed.ended
    await expect.poll(() => stillThere(started)).toEqual([])
    expect(readdirSync(folder)).toHaveLength(1)

    const next = startDemo()
    await next.printed(/up in/)
    next.process.kill('SIGTERM')
    expect((await next.ended).code).toBe(143)
    expect(readdirSync(folder)).toEqual([])
  },
)

test('--keep leaves the server running with its URL and key until Ctrl-C', async () => {
  const demo = startDemo(['--keep'])
  const [, url = '', key = ''] = await demo.printed(/URL {4}(\S+)\n {3}key {4}(\S+)\n/)
  const answer = await fetch(`${url}/v1.3/embed-v2/tasks`, { headers: { 'x-api-key': key } })
  expect(await answer.json()).toMatchObject({ page_info: { total_results: 1 } })
  demo.process.kill('SIGINT')
  expect((await demo.ended).code).toBe(0)
  expect(readdirSync(folder)).toEqual([])
})

test.runIf(isLongForm)(
  'the user’s own file is searched by its own subtitles and its own frame',
  async (context) => {
    needTestData(context, OWN_FILE)
    const { code, text } = await startDemo([testData(OWN_FILE)]).ended
    expect(text).toMatch(/through the subtitles\n {3}".+"\n {3}0:/)
    expect(text).toMatch(/as PNG\n {3}0:/)
    expect(code).toBe(0)
  },
)

test('what is no media is refused with a sentence', async () => {
  const { code, text } = await startDemo([fileURLToPath(import.meta.url)]).ended
  expect(text).toMatch(/^embedline: demo\.test\.ts: /m)
  expect(code).toBe(1)
  expect(readdirSync(folder)).toEqual([])
})

test.runIf(isLongForm && process.getuid?.() === 0 && process.platform === 'linux')(
  'without any network, where even loopback is down, the demo works the same',
  async () => {
    const { code, text } = await startDemo([], ['unshare', '-n']).ended
    expect(text).toMatch(/is ready: 28 vectors/)
    expect(code).toBe(0)
  },
)

async function stillThere(rows: readonly ProcessRow[]): Promise<ProcessRow[]> {
  const pids = new Set(rows.map(({ pid }) => pid))
  return (await processTable()).filter(({ pid }) => pids.has(pid))
}
