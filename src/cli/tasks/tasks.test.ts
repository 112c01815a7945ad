import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { expect, test } from 'vitest'
import { runCommand } from '../../../test/support/commandRun.ts'
import { fillHandbook, startBucket } from '../../../test/support/handbook.ts'
import { membersOf, readNpy } from '../../../test/support/npz.ts'
import { REQUEST } from '../../../test/support/taskRoom.ts'
import { temporaryFolder } from '../../../test/support/temporaryFolder.ts'
import { KEY, withApp } from '../../../test/support/withApp.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import { createMediaTask } from '../../tasks/create.ts'
import type { Command } from '../command.ts'
import { cancel, remove, retry } from './change.ts'
import { exportVectors } from './export.ts'
import { list } from './list.ts'
import { show } from './show.ts'
import { watch } from './watch.ts'

/** Commands against a server with a key; `start` makes a task of a video of 150 s. */
async function withCommands() {
  const app = await withApp()
  const run = (command: Command, ...words: readonly string[]) =>
    runCommand(command, [...words, '--url', app.url, '--key', KEY])
  const json = async (command: Command, ...words: readonly string[]) =>
    JSON.parse((await run(command, ...words, '--json')).out) as Record<string, unknown>
  const start = async (filename = 'a.mp4') => {
    const source = { received: await app.room.received(filename), filename }
    const { parts, room } = app
    return (await createMediaTask(parts, room.account, { modelName: 'tiny', request: REQUEST, source })).id
  }
  const spoilSecondSlice = () => {
    app.room.compute.beforeSlice = (_work, index) => {
      if (index === 1) throw new EmbedlineError('media_unreadable', 'The data are damaged.')
    }
  }
  return { app, run, json, start, spoilSecondSlice }
}

test('list shows tasks, newest first, by state, and says when there are more', async () => {
  const { app, run, json, start } = await withCommands()
  expect((await run(list)).out).toBe('There is no such task.\n')
  const first = await start('first.mp4')
  await app.room.drain()
  const second = await start('second.mp4')
  const { out, code } = await run(list)
  expect(code).toBe(0)
  expect(out).toMatch(/^id +input +source +state +done +model +created\n/)
  expect(out).toMatch(new RegExp(`${second} +video +second\\.mp4 +queued +0 % +tiny.*\n${first} .* 100 %`))
  expect(await json(list, '--state', 'ready')).toMatchObject({ tasks: [{ id: first, state: 'ready' }] })
  expect((await run(list, '--limit', '1')).out).toContain('… and more: --limit shows more than 1\n')
  await expect(run(list, '--state', 'done')).rejects.toMatchObject({
    code: 'request_invalid',
    message: expect.stringContaining('the server says: state: Expected queued, processing') as string,
  })
})

test('show tells state, progress, warnings, and which items failed with their codes and why', async () => {
  const { app, run, json, start, spoilSecondSlice } = await withCommands()
  spoilSecondSlice()
  const id = await start()
  await app.room.drain()
  const { out } = await run(show, id, '--items', '--history')
  expect(out).toMatch(/^state +partial$/m)
  expect(out).toMatch(/^progress +100 %, 2 of 3 items, 1 failed$/m)
  expect(out).toMatch(/^warning +\w+: /m)
  expect(out).toContain('1 item failed:\n  slice 60–120 s  media_unreadable: The data are damaged.\n')
  expect(out).toMatch(/^slice +60–120 s +failed +1 +0 +0 .*media_unreadable$/m)
  expect(out).toMatch(/Z {2}created\n.*\n.*failed: slice, media_unreadable: The data are damaged\.\n/)
  expect(out).toMatch(/Z {2}ended: partial/)
  const told = await json(show, id)
  expect(told).toMatchObject({ task: { id }, failed_items: [{ kind: 'slice', state: 'failed' }] })
  expect(Object.keys(told)).toEqual(['task', 'failed_items'])
})

test('the beginning of an id is enough where no other begins like that', async () => {
  const { run, json, start } = await withCommands()
  const [first, second] = [await start('one.mp4'), await start('two.mp4')]
  const same = Array.from(first).findIndex((character, at) => second[at] !== character)
  expect(await json(show, first.slice(0, same + 1))).toMatchObject({ task: { id: first } })
  await expect(run(show, first.slice(0, same))).rejects.toMatchObject({
    code: 'request_invalid',
    message: expect.stringContaining('the ids of 2 tasks begin with') as string,
  })
  await expect(run(show, 'zzz')).rejects.toThrow('there is no task zzz: embedline tasks list shows their ids')
  await expect(run(show)).rejects.toThrow('which task?')
})

test('watch shows a task to its end in plain lines, and ends with 1 when it failed', async () => {
  const { app, run, start } = await withCommands()
  const id = await start()
  const watching = run(watch, id)
  await app.room.drain()
  const { out, code } = await watching
  expect(out).toMatch(/ {3}created\n[^]* {3}a\.mp4: ready\n$/)
  expect(code).toBe(0)
  const events = (await run(watch, id, '--json')).out.trimEnd().split('\n')
  expect(JSON.parse(events.at(-1) ?? '')).toMatchObject({ task_id: id, kind: 'ended', state: 'ready' })
  app.room.compute.beforeInspect = () => {
    throw new EmbedlineError('media_unreadable', 'Nothing is in it.')
  }
  const other = await start('other.mp4')
  await app.room.drain()
  expect(await run(watch, other)).toMatchObject({
    out: expect.stringContaining('other.mp4: failed, media_unreadable: Nothing is in it.') as string,
    code: 1,
  })
})

test('cancel, retry and delete go on after a task that is not there, and end with 1', async () => {
  const { app, run, json, start } = await withCommands()
  const id = await start()
  expect(await run(cancel, 'zzz', id)).toEqual({
    out: `zzz  there is no task zzz: embedline tasks list shows their ids\n${id}  a.mp4: cancelled\n`,
    notes: '',
    code: 1,
  })
  expect((await run(cancel, id)).out).toBe(`${id}  a.mp4: had ended already: cancelled\n`)
  expect(await run(retry, id)).toMatchObject({ out: `${id}  a.mp4: processing\n`, code: 0 })
  await app.room.drain()
  expect(await json(remove, id)).toEqual({ tasks: [{ id }], refused: [] })
  await expect(run(show, id)).rejects.toMatchObject({ code: 'not_found' })
})

interface Line {
  source: string
  task_id: string
  option: string
  scope: string
  start_sec?: number
  text?: string
  embedding: number[]
}

const parsed = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)

test('export prints NDJSON, or writes a file that readers of its format read', async () => {
  const { app, run, start } = await withCommands()
  const id = await start()
  await fillHandbook(app.room)
  const bucket = await startBucket(app.room)
  await app.room.drain()
  const printed = await run(exportVectors, id, bucket)
  const lines = parsed(printed.out)
  expect(printed.notes).toBe('')
  expect(lines[0]).toMatchObject({
    source: 'a.mp4',
    task_id: id,
    model: 'tiny@1',
    option: 'visual',
    scope: 'clip',
    start_sec: 0,
    end_sec: 6,
  })
  const chunks = lines.filter(({ task_id: task }) => task === bucket)
  expect(chunks.every(({ source, text }) => /\.\w+$/.test(source) && text !== undefined)).toBe(true)
  const folder = await temporaryFolder()
  const written = async (name: string) => {
    const { out, code } = await run(exportVectors, id, bucket, '--out', join(folder, name))
    expect(out).toContain(`${name}: ${lines.length} vectors of 2 tasks\n`)
    expect(code).toBe(0)
    return join(folder, name)
  }
  expect(await readFile(await written('out.ndjson'), 'utf8')).toBe(printed.out)
  const rows = await parquetReadObjects({ file: await asyncBufferFromFile(await written('out.parquet')) })
  expect(rows.map((row) => [row['source'], row['option'], [...(row['embedding'] as number[])]])).toEqual(
    lines.map(({ source, option, embedding }) => [source, option, embedding.map(Math.fround)]),
  )
  const members = await membersOf(await written('out.npz'))
  const { shape, bytes } = readNpy(members.get('tiny@1/tiny-4/embedding.npy'))
  expect(shape).toEqual([lines.length, 4])
  expect([...new Float32Array(bytes)]).toEqual(lines.flatMap(({ embedding }) => embedding.map(Math.fround)))
  expect((await readdir(folder)).toSorted()).toEqual(['out.ndjson', 'out.npz', 'out.parquet'])
  await expect(run(exportVectors, id, '--out', join(folder, 'out.npz'))).rejects.toThrow('--force')
  await run(exportVectors, id, '--force', '--scope', 'asset', '--out', join(folder, 'out.ndjson'))
  expect(parsed(await readFile(join(folder, 'out.ndjson'), 'utf8')).map(({ scope }) => scope)).toEqual([
    'asset',
    'asset',
  ])
})

test('export says so when nothing is there yet, and leaves no file', async () => {
  const { run, start } = await withCommands()
  const folder = await temporaryFolder()
  const id = await start()
  const { out, code } = await run(exportVectors, id, '--out', join(folder, 'out.npz'))
  expect(out).toContain('nothing is written\n')
  expect(out).toContain(`${id}: there are no such vectors of it (queued)\n`)
  expect(code).toBe(1)
  await expect(run(exportVectors, id, 'zzz', '--out', join(folder, 'out.npz'))).rejects.toThrow('zzz')
  expect(await readdir(folder)).toEqual([])
})
