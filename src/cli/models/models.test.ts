import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rename, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { runCommand } from '../../../test/support/commandRun.ts'
import { ENTRY, listenOn, modelFiles, modelHub } from '../../../test/support/modelHub.ts'
import { temporaryFolder } from '../../../test/support/temporaryFolder.ts'
import { modelFolder, partialFolder } from '../../modelFiles/places.ts'
import { check } from './check.ts'
import { list } from './list.ts'
import { pull } from './pull.ts'
import { rm } from './rm.ts'

const PROGRAM = fileURLToPath(new URL('../../../bin/embedline', import.meta.url))

const WEIGHTS = 'onnx/model_quantized.onnx_data'

interface Place {
  data: string
  models: string
  /** To a folder that has the files, so that no hub is asked. */
  from: string[]
  flags: string[]
}

async function emptyPlace(): Promise<Place> {
  const data = await temporaryFolder()
  const from = await temporaryFolder(Object.fromEntries(modelFiles()))
  return { data, models: join(data, 'models'), from: ['--from', from], flags: ['--data', data] }
}

/** `embedline models …` as a process of its own, which asks this hub. */
function program(words: readonly string[], hub: string) {
  const { HOME, PATH } = process.env
  const child = spawn(PROGRAM, ['models', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { HOME, PATH, HF_ENDPOINT: hub, HF_TOKEN: 'hf_secret' },
  })
  const exited = once(child, 'exit')
  onTestFinished(() => void child.kill('SIGKILL'))
  const [out, errors] = [text(child.stdout), text(child.stderr)]
  return {
    child,
    ended: async () => {
      const [code, signal] = (await exited) as [number | null, NodeJS.Signals | null]
      return { code, signal, out: await out, errors: await errors }
    },
  }
}

test('pull says what it brings, where it is and what it pins; list and check know it then', async () => {
  const { models, from, flags } = await emptyPlace()
  expect((await runCommand(list, flags)).out).toContain('about 2.9 GB (fp32), 800.0 MB (q8), 500.0 MB (q4)')
  const { out, code } = await runCommand(pull, [ENTRY.id, ...from, ...flags])
  expect(code).toBe(0)
  expect(out).toContain('embeddinggemma-2 in q8, licence Apache-2.0, from a folder\n')
  expect(out).toContain(`embeddinggemma-2 is here: 0.6 MB in ${modelFolder(models, ENTRY)}\n`)
  expect(out).toContain(
    '12 files are pinned in models.lock.json as they are in that folder, which no hub has confirmed',
  )
  expect((await runCommand(pull, [ENTRY.id, ...from, ...flags])).out).not.toContain('pinned')
  expect((await runCommand(list, flags)).out).toMatch(/embeddinggemma-2 +ready +q8 +0\.6 MB +Apache-2\.0/)
  await runCommand(pull, [ENTRY.id, '--precision', 'q8,model=q4', ...from, ...flags])
  expect((await runCommand(list, flags)).out).toContain('model q8+q4, vision_encoder q8, audio_encoder q8')
  const checked = await runCommand(check, flags)
  expect(checked.out).toContain('embeddinggemma-2: good, 14 files as they were pulled, 0 not\n')
  expect(checked.code).toBe(0)
})

test('list warns when the model of the configuration is not here as a server would load it', async () => {
  const { from, flags } = await emptyPlace()
  const asked = async (precision: string) =>
    (await runCommand(list, ['--model', ENTRY.id, '--precision', precision, ...flags])).out
  expect(await asked('q8')).toContain(
    'is not here in the precision q8: embedline models pull embeddinggemma-2 --precision q8\n',
  )
  await runCommand(pull, [ENTRY.id, ...from, ...flags])
  expect(await asked('q8')).not.toContain('not here')
  expect(await asked('q4')).toContain('is not here in the precision q4')
})

test('JSON is all that is printed when it is asked for', async () => {
  const { models, from, flags } = await emptyPlace()
  const words = ['--json', ...flags]
  expect(JSON.parse((await runCommand(pull, [ENTRY.id, ...from, ...words])).out)).toMatchObject({
    model: ENTRY.id,
    commit: ENTRY.commit,
    precision: 'q8',
    folder: modelFolder(models, ENTRY),
    fetched_bytes: 610_800,
  })
  expect(JSON.parse((await runCommand(list, words)).out)).toMatchObject({
    folder: models,
    models: [{ id: 'builtin' }, { id: ENTRY.id, state: 'ready', precisions: { model: ['q8'] } }],
  })
  expect(JSON.parse((await runCommand(check, words)).out)).toMatchObject({
    models: [{ id: ENTRY.id, state: 'ready', good_files: 12, faults: [], foreign: [] }],
  })
  expect(JSON.parse((await runCommand(rm, [ENTRY.id, ...words])).out)).toEqual({
    removed: { model: ENTRY.id, pins: false },
  })
})

test('check ends with 1 and names what is wrong; a pull repairs it', async () => {
  const { models, from, flags } = await emptyPlace()
  await runCommand(pull, [ENTRY.id, ...from, ...flags])
  const place = modelFolder(models, ENTRY)
  const bytes = await readFile(join(place, WEIGHTS))
  bytes[5] = (bytes[5] ?? 0) ^ 1
  await writeFile(join(place, 'onnx/new'), bytes)
  await rename(join(place, 'onnx/new'), join(place, WEIGHTS))
  await writeFile(join(place, 'mine.txt'), '')
  const { out, code } = await runCommand(check, [ENTRY.id, ...flags])
  expect(code).toBe(1)
  expect(out).toContain('embeddinggemma-2: damaged, 11 files as they were pulled, 1 not\n')
  expect(out).toContain(`   ${WEIGHTS} has other bytes than were pulled`)
  expect(out).toContain('   mine.txt was not pulled (it is not used)\n')
  await runCommand(pull, [ENTRY.id, ...from, ...flags])
  expect((await runCommand(check, [ENTRY.id, ...flags])).code).toBe(0)
})

test('check of a model that is not here ends with 1 when it is named, and with 0 otherwise', async () => {
  const { flags } = await emptyPlace()
  expect((await runCommand(check, [ENTRY.id, ...flags])).code).toBe(1)
  expect((await runCommand(check, flags)).code).toBe(0)
})

test('rm is refused while a server on the data folder works with the model, unless it is forced', async () => {
  const { data, from, flags } = await emptyPlace()
  await runCommand(pull, [ENTRY.id, ...from, ...flags])
  const url = await listenOn(createServer((_request, response) => response.end('ok')))
  const serve = (models: readonly string[], at = url) =>
    writeFile(join(data, 'server.json'), JSON.stringify({ url: at, models }))
  await serve(['builtin', ENTRY.id])
  await expect(runCommand(rm, [ENTRY.id, ...flags])).rejects.toMatchObject({ code: 'model_in_use' })
  expect((await runCommand(rm, [ENTRY.id, '--force', ...flags])).out).toBe('removed embeddinggemma-2\n')

  await runCommand(pull, [ENTRY.id, ...from, ...flags])
  await serve(['builtin'])
  expect((await runCommand(rm, [ENTRY.id, ...flags])).code).toBe(0)

  // What a server left that was killed.
  await runCommand(pull, [ENTRY.id, ...from, ...flags])
  await serve([ENTRY.id], 'http://127.0.0.1:1')
  expect((await runCommand(rm, [ENTRY.id, '--forget', ...flags])).out).toBe(
    'removed embeddinggemma-2 and its pins\n',
  )
  await expect(runCommand(rm, [ENTRY.id, ...flags])).rejects.toMatchObject({ code: 'not_found' })
})

test.for([
  [pull, []],
  [pull, ['nothing']],
  [pull, [ENTRY.id, '--precision', 'fp16']],
  [pull, [ENTRY.id, 'q8']],
  [pull, [ENTRY.id, '--from', '/nowhere']],
  [rm, []],
  [check, ['nothing']],
] as const)('%o with %o is refused', async ([command, words]) => {
  const { flags } = await emptyPlace()
  await expect(async () => runCommand(command, [...words, ...flags])).rejects.toMatchObject({
    code: expect.stringMatching(/^(request_invalid|model_unknown)$/) as string,
  })
})

test('a pull that is killed in the middle leaves no half model, and the next one goes on where it was', async () => {
  const hub = await modelHub()
  const data = await temporaryFolder()
  const models = join(data, 'models')
  hub.misbehave = ({ path, isFirst, file }, response) => {
    if (!path.endsWith(WEIGHTS) || !isFirst || !file) return false
    response.writeHead(200, { 'content-length': file.length })
    response.write(file.subarray(0, 120_000))
    return true
  }
  const first = program(['pull', ENTRY.id, '--data', data], hub.url)
  const part = join(partialFolder(models, ENTRY), `${WEIGHTS}.part`)
  await vi.waitFor(async () => expect((await stat(part)).size).toBe(120_000), { timeout: 20_000 })
  first.child.kill('SIGKILL')
  expect(await first.ended()).toMatchObject({ signal: 'SIGKILL' })
  expect((await runCommand(list, ['--data', data])).out).toMatch(/embeddinggemma-2 +missing/)

  hub.seen.splice(0)
  const second = await program(['pull', ENTRY.id, '--data', data], hub.url).ended()
  expect(second).toMatchObject({ code: 0, errors: '' })
  expect(hub.asked()).toContain(`${WEIGHTS} bytes=120000-`)
  expect(hub.asked()).not.toContain('config.json')
  expect((await runCommand(check, [ENTRY.id, '--data', data])).code).toBe(0)
})

test('a pull ends with 130 by Ctrl-C, with 1 when the hub refuses it, with 2 before anything when it cannot begin', async () => {
  const hub = await modelHub()
  const data = await temporaryFolder()
  hub.misbehave = () => true
  const stopped = program(['pull', ENTRY.id, '--data', data], hub.url)
  await vi.waitFor(() => expect(hub.seen).not.toEqual([]), { timeout: 20_000 })
  stopped.child.kill('SIGINT')
  expect(await stopped.ended()).toMatchObject({
    code: 130,
    out: expect.stringContaining('Stopped.') as string,
  })

  hub.misbehave = (_request, response) => {
    response.writeHead(403).end()
    return true
  }
  const refused = await program(['pull', ENTRY.id, '--data', data], hub.url).ended()
  expect(refused).toMatchObject({ code: 1, errors: expect.stringContaining('HF_TOKEN') as string })
  expect(refused.errors + refused.out).not.toContain('hf_secret')

  const unusable = await program(['pull', ENTRY.id, '--data', data], 'no address').ended()
  expect(unusable).toMatchObject({ code: 2, errors: expect.stringContaining('HF_ENDPOINT') as string })
})
