import { execFile } from 'node:child_process'
import { createServer, type ServerResponse } from 'node:http'
import { mkdir, readdir, readFile, rename, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test, vi } from 'vitest'
import {
  bytesOf,
  ENTRY,
  listenOn,
  modelFiles,
  modelHub,
  type ModelHub,
  sendFile,
  sha256,
} from '../../test/support/modelHub.ts'
import { temporaryFolder } from '../../test/support/temporaryFolder.ts'
import { parsePrecisions } from '../domain/precision.ts'
import { systemClock, type Clock } from '../lib/clock.ts'
import { checkModel } from './checkModel.ts'
import { filesBelow } from './filesBelow.ts'
import { findModelFiles } from './findModelFiles.ts'
import { folderSource } from './folderSource.ts'
import { type HubAddress, openHubRequests } from './hubRequests.ts'
import { hubSource } from './hubSource.ts'
import { LOCK_FILE, readPins } from './lockFile.ts'
import { lookAtModel } from './lookAtModel.ts'
import { partialFolder, unfinishedFolder } from './places.ts'
import type { PullProgress } from './progress.ts'
import { pullModel } from './pullModel.ts'
import { removeModel } from './removeModel.ts'
import type { Source } from './source.ts'

/** What a model in one precision is. */
const Q8 = [
  ...ENTRY.files,
  'config_sentence_transformers.json',
  ...['model', 'vision_encoder', 'audio_encoder'].flatMap((session) => [
    `onnx/${session}_quantized.onnx`,
    `onnx/${session}_quantized.onnx_data`,
  ]),
].toSorted()

const WEIGHTS = 'onnx/model_quantized.onnx_data'

const TINY = fileURLToPath(new URL('../../test/fixtures/tiny-embeddinggemma2', import.meta.url))

interface Puller {
  models: string
  seen: PullProgress[]
  /** What it slept, in milliseconds. */
  pauses: number[]
  pull(options?: { precision?: string; source?: Source; signal?: AbortSignal }): ReturnType<typeof pullModel>
}

async function puller(hub: Pick<ModelHub, 'url'>, address: Partial<HubAddress> = {}): Promise<Puller> {
  const models = join(await temporaryFolder(), 'models')
  const seen: PullProgress[] = []
  const pauses: number[] = []
  const clock: Clock = { ...systemClock, sleep: async (ms) => void pauses.push(ms) }
  const requests = openHubRequests({ endpoint: hub.url, proxy: {}, ...address }, 2_000)
  onTestFinished(() => requests.close())
  return {
    models,
    seen,
    pauses,
    pull: ({ precision = 'q8', source = hubSource(requests, { clock, random: () => 0 }), signal } = {}) =>
      pullModel(
        { folder: models, clock },
        {
          entry: ENTRY,
          precisions: parsePrecisions(precision, 'q8'),
          source,
          signal: signal ?? new AbortController().signal,
          onProgress: (progress) => void seen.push(progress),
        },
      ),
  }
}

const place = ({ models }: Puller) => join(models, ENTRY.id, ENTRY.commit)
const filesOf = async (each: Puller) => (await filesBelow(place(each))).toSorted()
const partialOf = async ({ models }: Puller) => (await filesBelow(partialFolder(models, ENTRY))).toSorted()

/** Sends the first bytes, and breaks off as soon as they are on the disk. */
function breakOff(response: ServerResponse, bytes: Buffer, each: Puller, haveBytes = 0): void {
  response.write(bytes)
  const part = join(partialFolder(each.models, ENTRY), `${WEIGHTS}.part`)
  const arrived = vi.waitFor(async () => expect((await stat(part)).size).toBe(haveBytes + bytes.length), {
    interval: 5,
  })
  void arrived.finally(() => response.destroy())
}

async function expectWhole(each: Puller, files: ReadonlyMap<string, Buffer>, names: readonly string[] = Q8) {
  expect(await filesOf(each)).toEqual(names)
  for (const name of names)
    expect((await readFile(join(place(each), name))).equals(files.get(name) as Buffer)).toBe(true)
  expect(await partialOf(each)).toEqual([])
}

test('a pull brings what one precision needs, pins it, and the model is found', async () => {
  const hub = await modelHub()
  const each = await puller(hub)
  const pulled = await each.pull()
  await expectWhole(each, hub.files)
  expect(findModelFiles(each.models, ENTRY)).toBe(pulled.folder)
  expect(pulled.newlyPinned.toSorted()).toEqual(Q8)
  expect(pulled.fetchedBytes).toBe(pulled.totalBytes)
  const pins = readPins(each.models)[`${ENTRY.id}@${ENTRY.commit}`]
  expect(pins?.repository).toBe(ENTRY.repository)
  expect(pins?.files['config.json']).toEqual({
    sizeBytes: 300,
    sha256: sha256(hub.files.get('config.json') as Buffer),
    origin: hub.url.replace('http://', ''),
  })
  expect(hub.seen.filter(({ path }) => path.startsWith('/api/')).length).toBeGreaterThan(2)
})

test('progress counts the bytes that are there, up to all of them', async () => {
  const each = await puller(await modelHub())
  const { totalBytes } = await each.pull()
  expect([...new Set(each.seen.map(({ phase }) => phase))]).toEqual(['listing', 'fetching', 'finishing'])
  expect(each.seen.at(-1)).toMatchObject({ doneBytes: totalBytes, totalBytes })
  expect(each.seen.some(({ file }) => file === WEIGHTS)).toBe(true)
})

test('what is here is not fetched again, nor is the hub asked; another precision is added to it', async () => {
  const hub = await modelHub()
  const each = await puller(hub)
  await each.pull()
  hub.seen.splice(0)
  expect(await each.pull()).toMatchObject({ fetchedBytes: 0, newlyPinned: [] })
  expect(hub.seen).toEqual([])
  await each.pull({ precision: 'q8,model=fp32' })
  expect(hub.asked().toSorted()).toEqual([
    'onnx/model.onnx',
    'onnx/model.onnx_data',
    'onnx/model.onnx_data_1',
  ])
  const { state, precisions } = lookAtModel(each.models, ENTRY)
  expect({ state, precisions }).toEqual({
    state: 'ready',
    precisions: { model: ['fp32', 'q8'], vision_encoder: ['q8'], audio_encoder: ['q8'] },
  })
})

test('a file that has changed here is found by its bytes and fetched again, even when its size is right', async () => {
  const hub = await modelHub()
  const each = await puller(hub)
  await each.pull()
  await writeFile(join(place(each), WEIGHTS), bytesOf('other', 200_000))
  await rm(join(place(each), 'config.json'))
  const checked = await checkModel(each.models, ENTRY, {
    signal: new AbortController().signal,
    onProgress: () => {},
  })
  expect(checked.faults.map(({ file, kind }) => [file, kind])).toEqual([
    ['config.json', 'missing'],
    [WEIGHTS, 'hash'],
  ])
  hub.seen.splice(0)
  await each.pull()
  expect(hub.asked().toSorted()).toEqual(['config.json', WEIGHTS])
  await expectWhole(each, hub.files)
})

test('a connection that breaks off in the middle is taken up where it broke', async () => {
  const hub = await modelHub()
  const each = await puller(hub)
  hub.misbehave = ({ path, isFirst, file }, response) => {
    if (!path.endsWith(WEIGHTS) || !isFirst || !file) return false
    response.writeHead(200, { 'content-length': file.length })
    breakOff(response, file.subarray(0, 70_000), each)
    return true
  }
  await each.pull()
  await expectWhole(each, hub.files)
  expect(hub.asked().filter((name) => name.startsWith(WEIGHTS))).toEqual([WEIGHTS, `${WEIGHTS} bytes=70000-`])
  expect(each.pauses).toEqual([500])
  expect(each.seen.find(({ setback }) => setback !== undefined)?.setback).toContain('Trying again in 1 s')
})

test('a server that ignores ranges sends the whole file anew', async () => {
  const hub = await modelHub()
  const each = await puller(hub)
  hub.misbehave = ({ path, isFirst, file }, response) => {
    if (!path.endsWith(WEIGHTS) || !file) return false
    response.writeHead(200, { 'content-length': file.length })
    if (isFirst) breakOff(response, file.subarray(0, 70_000), each)
    else response.end(file)
    return true
  }
  await each.pull()
  await expectWhole(each, hub.files)
})

test('a server that always breaks off is given up after some attempts, and the next pull goes on from there', async () => {
  const hub = await modelHub()
  const each = await puller(hub)
  hub.misbehave = ({ path, file, headers }, response) => {
    if (!path.endsWith(WEIGHTS) || !file) return false
    const from = Number(/\d+/.exec(headers.range ?? '0')?.[0])
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': file.length - from,
      'content-range': `bytes ${from}-${file.length - 1}/${file.length}`,
    })
    breakOff(response, file.subarray(from, from + 10_000), each, from)
    return true
  }
  await expect(each.pull()).rejects.toMatchObject({ code: 'fetch_failed' })
  expect(each.pauses).toHaveLength(5)
  expect(await partialOf(each)).toContain(`${WEIGHTS}.part`)
  expect(() => findModelFiles(each.models, ENTRY)).toThrow('is not here')
  hub.misbehave = () => false
  hub.seen.splice(0)
  await each.pull()
  expect(hub.asked()).toContain(`${WEIGHTS} bytes=60000-`)
  expect(hub.asked()).not.toContain('config.json')
  await expectWhole(each, hub.files)
})

test('bytes that are not the listed ones are thrown away, fetched once more, and then refused', async () => {
  const hub = await modelHub()
  const wrong = bytesOf('wrong', 200_000)
  hub.misbehave = ({ path, isFirst, headers }, response) => {
    if (!path.endsWith(WEIGHTS) || !isFirst) return false
    sendFile(wrong, { headers }, response)
    return true
  }
  const each = await puller(hub)
  await each.pull()
  await expectWhole(each, hub.files)

  const other = await puller(hub)
  hub.misbehave = ({ path, headers }, response) => {
    if (!path.endsWith('config.json')) return false
    sendFile(bytesOf('wrong', 300), { headers }, response)
    return true
  }
  await expect(other.pull()).rejects.toMatchObject({
    code: 'model_damaged',
    message: expect.stringContaining('config.json is damaged: its git hash is') as string,
  })
  expect(await filesOf(other)).toEqual([])
  expect(await partialOf(other)).not.toContain('config.json.part')
})

test('a rest that belongs to another file of the same size is found by the hash of the whole', async () => {
  const hub = await modelHub()
  const each = await puller(hub)
  hub.misbehave = ({ path, isFirst, file }, response) => {
    if (!path.endsWith(WEIGHTS) || !isFirst || !file) return false
    response.writeHead(200, { 'content-length': file.length })
    breakOff(response, bytesOf('wrong', 70_000), each)
    return true
  }
  await each.pull()
  await expectWhole(each, hub.files)
  expect(hub.asked().filter((name) => name.startsWith(WEIGHTS))).toEqual([
    WEIGHTS,
    `${WEIGHTS} bytes=70000-`,
    WEIGHTS,
  ])
})

test.for([
  [
    'announces less than is listed',
    100_000,
    'sends 100000 bytes as onnx/model_quantized.onnx_data, where 200000 are listed',
  ],
  ['announces more than is listed', 300_000, 'sends 300000 bytes'],
] as const)('a server that %s is refused before a byte is written', async ([, count, message]) => {
  const hub = await modelHub()
  hub.misbehave = ({ path, headers }, response) => {
    if (!path.endsWith(WEIGHTS)) return false
    sendFile(bytesOf('x', count), { headers }, response)
    return true
  }
  const each = await puller(hub)
  await expect(each.pull()).rejects.toMatchObject({
    code: 'model_damaged',
    message: expect.stringContaining(message) as string,
  })
  expect(await partialOf(each)).not.toContain(`${WEIGHTS}.part`)
})

test('a server that announces no length and sends more, or less, is found out', async () => {
  const hub = await modelHub()
  const answerWith = (count: number) => {
    hub.misbehave = ({ path }, response) => {
      if (!path.endsWith(WEIGHTS)) return false
      response.writeHead(200, { 'transfer-encoding': 'chunked' })
      response.end(bytesOf(WEIGHTS, count))
      return true
    }
  }
  answerWith(250_000)
  const each = await puller(hub)
  await expect(each.pull()).rejects.toThrow(
    'sends more than the 200000 bytes of onnx/model_quantized.onnx_data',
  )
  answerWith(150_000)
  const other = await puller(hub)
  await expect(other.pull()).rejects.toThrow('ended after 150000 of 200000 bytes')
})

test('a server that serves another size the second time does not get its bytes mixed with the first', async () => {
  const hub = await modelHub()
  const each = await puller(hub)
  hub.misbehave = ({ path, isFirst, file, headers }, response) => {
    if (!path.endsWith(WEIGHTS) || !file) return false
    if (!isFirst) sendFile(bytesOf('longer', 210_000), { headers }, response)
    else {
      response.writeHead(200, { 'content-length': file.length })
      breakOff(response, file.subarray(0, 70_000), each)
    }
    return true
  }
  await expect(each.pull()).rejects.toMatchObject({ code: 'model_damaged' })
  expect(hub.asked().filter((name) => name.startsWith(WEIGHTS))).toEqual([
    WEIGHTS,
    `${WEIGHTS} bytes=70000-`,
    WEIGHTS,
  ])
  expect(await partialOf(each)).not.toContain(`${WEIGHTS}.part`)
})

test('a server that says nothing any more is left', async () => {
  const hub = await modelHub()
  hub.misbehave = ({ path, isFirst, file }, response) => {
    if (!path.endsWith(WEIGHTS) || !isFirst || !file) return false
    response.writeHead(200, { 'content-length': file.length }).write(file.subarray(0, 70_000))
    return true
  }
  const each = await puller(hub)
  await each.pull()
  await expectWhole(each, hub.files)
})

test('the token goes to the hub and never along with a redirect to another host', async () => {
  const hub = await modelHub()
  const tokens: (string | undefined)[] = []
  const store = createServer((request, response) => {
    tokens.push(request.headers.authorization)
    const name = decodeURIComponent(request.url ?? '').slice(1)
    sendFile(hub.files.get(name) as Buffer, request, response)
  })
  const elsewhere = await listenOn(store)
  hub.misbehave = ({ path, file }, response) => {
    if (!file || !path.includes('/onnx/')) return false
    const name = path.split(`${ENTRY.commit}/`)[1] ?? ''
    response.writeHead(302, { location: `${elsewhere}/${encodeURIComponent(name)}` }).end()
    return true
  }
  const each = await puller(hub, { token: 'hf_secret' })
  await each.pull()
  await expectWhole(each, hub.files)
  expect(new Set(hub.seen.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer hf_secret']))
  expect(tokens).toEqual(Array(6).fill(undefined))
})

test.for([
  ['round in circles', (path: string) => path, 'redirects more than 5 times'],
  ['to what is no web address', () => 'file:///etc/passwd', 'redirects to what is no web address'],
] as const)('redirects that lead %s end', async ([, to, message]) => {
  const hub = await modelHub()
  hub.misbehave = ({ path, file }, response) => {
    if (file) response.writeHead(302, { location: to(path) }).end()
    return file !== undefined
  }
  const each = await puller(hub)
  await expect(each.pull()).rejects.toMatchObject({
    code: 'remote_refused',
    message: expect.stringContaining(message) as string,
  })
})

test('a hub that refuses is said to, and nothing is tried again', async () => {
  const hub = await modelHub()
  hub.misbehave = (_request, response) => {
    response.writeHead(401).end()
    return true
  }
  const each = await puller(hub, { token: 'hf_secret' })
  const failure = await each.pull().catch((thrown: unknown) => thrown)
  expect(failure).toMatchObject({
    code: 'remote_refused',
    message: expect.stringContaining('HF_TOKEN') as string,
  })
  expect(String(failure)).not.toContain('hf_secret')
  expect(hub.seen).toHaveLength(1)
})

test('an optional file may be missing; one that is needed, a precision or the commit may not, by name', async () => {
  const files = modelFiles()
  files.delete('config_sentence_transformers.json')
  const hub = await modelHub(files)
  const each = await puller(hub)
  await each.pull()
  await expectWhole(
    each,
    files,
    Q8.filter((name) => name !== 'config_sentence_transformers.json'),
  )

  files.delete('onnx/vision_encoder_q4.onnx')
  files.delete('tokenizer.json')
  const other = await puller(hub)
  await expect(other.pull({ precision: 'q4' })).rejects.toMatchObject({
    code: 'fetch_not_found',
    message: expect.stringMatching(
      /has no tokenizer\.json, no vision_encoder in q4 \(it has fp32, q8\)\.$/,
    ) as string,
  })
  hub.misbehave = ({ path }, response) => {
    if (path.startsWith('/api/')) response.writeHead(404).end()
    return path.startsWith('/api/')
  }
  await expect(other.pull()).rejects.toMatchObject({ code: 'fetch_not_found' })
})

test('a file that is listed and then is not there is an error', async () => {
  const hub = await modelHub()
  hub.misbehave = ({ path }, response) => {
    if (path.endsWith('/config.json')) response.writeHead(404).end()
    return path.endsWith('/config.json')
  }
  await expect((await puller(hub)).pull()).rejects.toMatchObject({
    code: 'fetch_not_found',
    message: expect.stringContaining('has no config.json (404)') as string,
  })
})

test('a hub that is busy is asked again when it says so', async () => {
  const hub = await modelHub()
  hub.misbehave = ({ path, isFirst }, response) => {
    if (!isFirst || !/tree|config\.json$/.test(path)) return false
    const wait = path.includes('tree') ? '7' : new Date(Date.now() + 20_000).toUTCString()
    response.writeHead(path.includes('tree') ? 429 : 503, { 'retry-after': wait }).end()
    return true
  }
  const each = await puller(hub)
  await each.pull()
  await expectWhole(each, hub.files)
  expect(each.pauses.slice(0, 3)).toEqual([7000, 7000, 7000])
  expect(each.pauses.slice(3).every((ms) => ms > 15_000 && ms <= 20_000)).toBe(true)
})

test('a hub that wants an hour is not waited for', async () => {
  const hub = await modelHub()
  hub.misbehave = (_request, response) => {
    response.writeHead(429, { 'retry-after': '3600' }).end()
    return true
  }
  const each = await puller(hub)
  await expect(each.pull()).rejects.toMatchObject({
    code: 'remote_unavailable',
    message: expect.stringContaining('asks to wait 3600 s') as string,
  })
  expect(each.pauses).toEqual([])
})

test.for([
  ['no JSON', '<html>'],
  ['no list', '{"error":"x"}'],
])('a list of files that is %s is refused', async ([, text]) => {
  const hub = await modelHub()
  hub.misbehave = (_request, response) => {
    response.writeHead(200).end(text)
    return true
  }
  await expect((await puller(hub)).pull()).rejects.toMatchObject({ code: 'remote_refused' })
})

test('nobody at the address is an error that names it', async () => {
  const each = await puller({ url: 'http://127.0.0.1:1' })
  await expect(each.pull()).rejects.toMatchObject({
    code: 'fetch_failed',
    message: expect.stringContaining('127.0.0.1:1 cannot be reached') as string,
  })
})

test('the same commit with other bytes than those pinned is refused, and nothing is changed, until it is forgotten', async () => {
  const hub = await modelHub()
  const each = await puller(hub)
  await each.pull()
  await removeModel(each.models, ENTRY, { forget: false })
  expect(lookAtModel(each.models, ENTRY).state).toBe('missing')
  hub.files.set(WEIGHTS, bytesOf('another', 200_000))
  const before = await readFile(join(each.models, LOCK_FILE), 'utf8')
  await expect(each.pull()).rejects.toMatchObject({
    code: 'model_damaged',
    message: expect.stringContaining(`models rm ${ENTRY.id} --forget`) as string,
  })
  expect(await readFile(join(each.models, LOCK_FILE), 'utf8')).toBe(before)
  expect(await removeModel(each.models, ENTRY, { forget: true })).toBe(true)
  await each.pull()
  await expectWhole(each, hub.files)
})

test('small files, whose SHA-256 the hub does not list, are compared with their pins too', async () => {
  const hub = await modelHub()
  const each = await puller(hub)
  await each.pull()
  await rm(place(each), { recursive: true })
  hub.files.set('config.json', bytesOf('another', 300))
  await expect(each.pull()).rejects.toMatchObject({ code: 'model_damaged' })
})

test('a pull that is stopped ends at once, and the next one goes on from there', async () => {
  const hub = await modelHub()
  const stopping = new AbortController()
  hub.misbehave = ({ path, isFirst, file }, response) => {
    if (!path.endsWith(WEIGHTS) || !isFirst || !file) return false
    response.writeHead(200, { 'content-length': file.length })
    response.write(file.subarray(0, 70_000), () => stopping.abort())
    return true
  }
  const each = await puller(hub)
  await expect(each.pull({ signal: stopping.signal })).rejects.toMatchObject({ code: 'aborted' })
  await each.pull()
  await expectWhole(each, hub.files)
})

test('two pulls at once bring the model once', async () => {
  const hub = await modelHub()
  const each = await puller(hub)
  const both = await Promise.all([each.pull(), each.pull()])
  expect(both.map(({ fetchedBytes }) => fetchedBytes).toSorted((a, b) => a - b)).toEqual([
    0,
    both[0].totalBytes,
  ])
  expect(each.seen.some(({ phase }) => phase === 'waiting')).toBe(true)
  expect(new Set(hub.asked()).size).toBe(hub.asked().length)
  await expectWhole(each, hub.files)
})

test('a pull that was waiting stops when it is told to, and a removal does not wait', async () => {
  const hub = await modelHub()
  const first = new AbortController()
  const second = new AbortController()
  const reached = Promise.withResolvers<void>()
  hub.misbehave = () => {
    reached.resolve()
    return true
  }
  const each = await puller(hub)
  const running = each.pull({ signal: first.signal })
  await reached.promise
  const waiting = each.pull({ signal: second.signal })
  second.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'aborted' })
  await expect(removeModel(each.models, ENTRY, { forget: false })).rejects.toMatchObject({
    code: 'model_in_use',
  })
  first.abort()
  await expect(running).rejects.toMatchObject({ code: 'aborted' })
})

test('what an interrupted pull of another precision left does not become part of the model', async () => {
  const hub = await modelHub()
  hub.misbehave = ({ path }, response) => {
    if (path.endsWith('model.onnx_data')) response.writeHead(403).end()
    return path.endsWith('model.onnx_data')
  }
  const each = await puller(hub)
  await expect(each.pull({ precision: 'fp32' })).rejects.toMatchObject({ code: 'remote_refused' })
  expect(await partialOf(each)).toContain('onnx/model.onnx')
  await each.pull()
  await expectWhole(each, hub.files)
})

test('a disk with too little space is refused before anything is fetched, with the numbers', async () => {
  const hub = await modelHub()
  const each = await puller(hub)
  const folder = each.models
  const requests = openHubRequests({ endpoint: hub.url, proxy: {} })
  onTestFinished(() => requests.close())
  const pulling = pullModel(
    { folder, clock: systemClock, reservedBytes: Number.MAX_SAFE_INTEGER },
    {
      entry: ENTRY,
      precisions: parsePrecisions('q8', 'q8'),
      source: hubSource(requests, { clock: systemClock, random: () => 0 }),
      signal: new AbortController().signal,
      onProgress: () => {},
    },
  )
  await expect(pulling).rejects.toMatchObject({
    code: 'disk_full',
    message: expect.stringMatching(/has \d+\.\d MB free; the rest of the model takes 0\.6 MB/) as string,
  })
  expect(hub.asked()).toEqual([])
})

test('a disk that fills up in the middle is an error that says so, and the pull goes on when there is space', async ({
  skip,
}) => {
  const hub = await modelHub()
  const each = await puller(hub)
  await mkdir(each.models)
  const run = promisify(execFile)
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', each.models])
  } catch {
    skip('only root can mount a small disk')
  }
  onTestFinished(async () => void (await run('umount', ['-l', each.models])))
  const requests = openHubRequests({ endpoint: hub.url, proxy: {} })
  onTestFinished(() => requests.close())
  // Whatever else is on the disk came after the look at the free space.
  const pull = () =>
    pullModel(
      { folder: each.models, clock: systemClock, reservedBytes: -1e9 },
      {
        entry: ENTRY,
        precisions: parsePrecisions('q8', 'q8'),
        source: hubSource(requests, { clock: systemClock, random: () => 0 }),
        signal: new AbortController().signal,
        onProgress: () => {},
      },
    )
  await expect(pull()).rejects.toMatchObject({
    code: 'disk_full',
    message: `The disk of ${each.models} is full. What was fetched stays, and the next pull goes on from there.`,
  })
  expect(await partialOf(each)).toContain('config.json')
  await run('mount', ['-o', 'remount,size=4m', each.models])
  hub.seen.splice(0)
  await pull()
  expect(hub.asked()).not.toContain('config.json')
  await expectWhole(each, hub.files)
})

test('a models folder that cannot be written is an error that names it', async () => {
  const each = await puller(await modelHub())
  await writeFile(each.models, '')
  await expect(each.pull()).rejects.toMatchObject({
    code: 'storage_unavailable',
    message: expect.stringContaining(each.models) as string,
  })
})

test('a mirror below a path and a proxy are used, and a host that is excepted is not', async () => {
  const hub = await modelHub()
  const through: string[] = []
  const proxy = await listenOn(
    createServer((request, response) => {
      const { pathname, search } = new URL(request.url ?? '')
      through.push(pathname)
      void fetch(hub.url + pathname.replace('/hf/', '/') + search, { redirect: 'manual' }).then(
        async (answer) => {
          const link = answer.headers.get('link')
          response.writeHead(answer.status, link === null ? {} : { link })
          response.end(Buffer.from(await answer.arrayBuffer()))
        },
      )
    }),
  )
  const mirror = { url: 'http://mirror.invalid/hf/' }
  const each = await puller(mirror, { proxy: { http: proxy.replace('http://', '') } })
  await each.pull()
  await expectWhole(each, hub.files)
  expect(through[0]).toBe(`/hf/api/models/${ENTRY.repository}/tree/${ENTRY.commit}`)
  const other = await puller(mirror, { proxy: { http: proxy, bypass: 'mirror.invalid' } })
  await expect(other.pull()).rejects.toMatchObject({ code: 'fetch_failed' })
})

test.for([
  [{ endpoint: 'huggingface.co' }, 'HF_ENDPOINT: expected an address'],
  [
    { endpoint: 'http://hub', proxy: { https: 'http://user:pass word@' } },
    'HTTPS_PROXY: expected an address',
  ],
] as const)('an address that is none is refused by the name of its variable', ([address, message]) => {
  expect(() => openHubRequests({ proxy: {}, ...address })).toThrow(message)
})

/** A folder with the files of a repository. */
async function repositoryFolder(files: ReadonlyMap<string, Buffer> = modelFiles()): Promise<string> {
  return temporaryFolder(Object.fromEntries(files))
}

test('a folder on this machine is taken instead of the hub, and is not changed by what happens to the model', async () => {
  const files = modelFiles()
  const from = await repositoryFolder(files)
  const each = await puller({ url: 'http://127.0.0.1:1' })
  await each.pull({ source: folderSource(from) })
  await expectWhole(each, files)
  await truncate(join(place(each), WEIGHTS), 0)
  expect((await stat(join(from, WEIGHTS))).size).toBe(200_000)
  await each.pull({ source: folderSource(from) })
  expect(readPins(each.models)[`${ENTRY.id}@${ENTRY.commit}`]?.files[WEIGHTS]?.origin).toBe('folder')
  await rm(from, { recursive: true })
  expect(findModelFiles(each.models, ENTRY)).toBe(place(each))
})

test('a folder of links, as other programs keep their downloads, is taken as well', async () => {
  const files = modelFiles()
  const blobs = await repositoryFolder(files)
  const from = await temporaryFolder()
  await mkdir(join(from, 'onnx'))
  for (const name of files.keys()) await symlink(join(blobs, name), join(from, name))
  const each = await puller({ url: 'http://127.0.0.1:1' })
  await each.pull({ source: folderSource(from) })
  await rm(blobs, { recursive: true })
  await expectWhole(each, files)
})

test('a folder with another file than the pinned one is refused, and so is a clone without its large files', async () => {
  const hub = await modelHub()
  const each = await puller(hub)
  await each.pull()
  await rm(place(each), { recursive: true })
  const from = await repositoryFolder()
  await writeFile(join(from, WEIGHTS), bytesOf('another', 200_000))
  await expect(each.pull({ source: folderSource(from) })).rejects.toMatchObject({ code: 'model_damaged' })
  await writeFile(
    join(from, WEIGHTS),
    'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 200000\n',
  )
  const other = await puller(hub)
  await expect(other.pull({ source: folderSource(from) })).rejects.toThrow('run git lfs pull there')
  await expect(other.pull({ source: folderSource(join(from, 'none')) })).rejects.toThrow(
    'There is no file of',
  )
})

test('the tiny model of the tests is taken in every precision', async () => {
  const each = await puller({ url: 'http://127.0.0.1:1' })
  const source = folderSource(TINY)
  for (const precision of ['fp32', 'q8', 'q4,audio_encoder=fp32']) {
    await each.pull({ precision, source })
    findModelFiles(each.models, { ...ENTRY, precisions: parsePrecisions(precision, 'q8') })
  }
  expect(lookAtModel(each.models, ENTRY)).toMatchObject({ state: 'ready', faults: [] })
})

test('check names what is missing, what has other bytes and what does not belong there', async () => {
  const each = await puller(await modelHub())
  const check = () =>
    checkModel(each.models, ENTRY, {
      signal: new AbortController().signal,
      onProgress: (fraction) => void fractions.push(fraction),
    })
  const fractions: number[] = []
  expect(await check()).toMatchObject({ state: 'missing', faults: [], goodFiles: 0 })
  await each.pull()
  expect(await check()).toMatchObject({ state: 'ready', faults: [], foreign: [], goodFiles: Q8.length })
  expect(fractions.at(-1)).toBe(1)
  await writeFile(join(place(each), 'notes.txt'), '')
  await truncate(join(place(each), 'tokenizer.json'), 10)
  await rename(join(place(each), WEIGHTS), join(place(each), 'onnx/x.onnx_data'))
  await rm(join(place(each), 'onnx/audio_encoder_quantized.onnx'))
  await rm(join(place(each), 'onnx/audio_encoder_quantized.onnx_data'))
  const { state, faults, foreign } = await check()
  expect(state).toBe('damaged')
  expect(faults.map(({ message }) => message).toSorted()).toEqual([
    'onnx/audio_encoder_quantized.onnx is missing',
    'onnx/audio_encoder_quantized.onnx_data is missing',
    'onnx/model_quantized.onnx_data is missing',
    'tokenizer.json has 10 bytes instead of 300',
  ])
  expect(foreign).toEqual(['notes.txt', 'onnx/x.onnx_data'])
})

test('a removed model is gone with what was left of pulls, and its pins stay', async () => {
  const each = await puller(await modelHub())
  await each.pull()
  expect(await removeModel(each.models, ENTRY, { forget: false })).toBe(true)
  expect(await readdir(each.models)).toEqual(['.partial', LOCK_FILE])
  expect(await readdir(unfinishedFolder(each.models))).toEqual(['lock.db'])
  expect(await removeModel(each.models, ENTRY, { forget: false })).toBe(false)
})
