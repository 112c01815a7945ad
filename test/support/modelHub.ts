import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { CATALOGUE, type CatalogueEntry } from '../../src/modelFiles/catalogue.ts'

/** The one that can be pulled. */
export const ENTRY: CatalogueEntry = CATALOGUE[0] as CatalogueEntry

export interface HubRequest {
  path: string
  headers: IncomingMessage['headers']
}

/** Answers itself, and returns true, or leaves it to the hub. */
export type Misbehaviour = (
  request: HubRequest & { isFirst: boolean; file: Buffer | undefined },
  response: ServerResponse,
) => boolean | Promise<boolean>

export interface ModelHub {
  /** For HF_ENDPOINT. */
  url: string
  files: Map<string, Buffer>
  seen: HubRequest[]
  /** Paths of files that were asked for, each with its range. */
  asked(): string[]
  misbehave: Misbehaviour
}

const GRAPHS = ['', '_quantized', '_q4'].flatMap((suffix) =>
  ['model', 'vision_encoder', 'audio_encoder'].map((session) => `onnx/${session}${suffix}.onnx`),
)

/** Files as the real repository has them: small texts, and a graph and its weights for each session and precision. */
export const modelFiles = (): Map<string, Buffer> =>
  new Map([
    ...[...ENTRY.files, 'config_sentence_transformers.json', 'README.md'].map(
      (name) => [name, bytesOf(name, 300)] as const,
    ),
    ...GRAPHS.map((name) => [name, bytesOf(name, 3_000)] as const),
    ...GRAPHS.map((name) => [`${name}_data`, bytesOf(`${name}_data`, 200_000)] as const),
    ['onnx/model.onnx_data_1', bytesOf('more', 5_000)],
  ])

/** Bytes that follow from their name. */
export function bytesOf(name: string, count: number): Buffer {
  const digest = createHash('sha512').update(name).digest()
  return Buffer.from(Uint8Array.from({ length: count }, (_, at) => (digest[at % 64] ?? 0) ^ (at >> 6)))
}

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/**
 * A server on loopback that behaves like the Hugging Face hub for one repository: the list of files in pages of ten,
 * a redirect to another address for large files, ranges. A test lets it misbehave. It goes with the test.
 */
export async function modelHub(files: Map<string, Buffer> = modelFiles()): Promise<ModelHub> {
  const counts = new Map<string, number>()
  const hub: ModelHub = {
    url: '',
    files,
    seen: [],
    asked: () =>
      hub.seen
        .filter(({ path }) => path.includes('/resolve/'))
        .map(({ path, headers }) =>
          [path.split(`${ENTRY.commit}/`)[1], headers.range].filter(Boolean).join(' '),
        ),
    misbehave: () => false,
  }
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? ''
    const seen = { path, headers: request.headers }
    hub.seen.push(seen)
    const count = (counts.get(path) ?? 0) + 1
    counts.set(path, count)
    const file = files.get(path.split(`${ENTRY.commit}/`)[1] ?? '')
    if (await hub.misbehave({ ...seen, isFirst: count === 1, file }, response)) return
    if (path.startsWith(`/api/models/${ENTRY.repository}/tree/${ENTRY.commit}`))
      sendList(files, request, response)
    else if (file !== undefined) sendFile(file, request, response)
    else response.writeHead(404).end('Entry not found')
  }
  const server = createServer((request, response) => void answer(request, response))
  hub.url = await listenOn(server)
  return hub
}

/** Its URL; it closes with the test. */
export async function listenOn(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export function sendFile(
  file: Buffer,
  { headers }: Pick<IncomingMessage, 'headers'>,
  response: ServerResponse,
): void {
  const [, from] = /^bytes=(\d+)-$/.exec(headers.range ?? '') ?? []
  if (from === undefined) response.writeHead(200, { 'content-length': file.length }).end(file)
  else if (Number(from) >= file.length)
    response.writeHead(416, { 'content-range': `bytes */${file.length}` }).end()
  else {
    const rest = file.subarray(Number(from))
    response.writeHead(206, {
      'content-length': rest.length,
      'content-range': `bytes ${from}-${file.length - 1}/${file.length}`,
    })
    response.end(rest)
  }
}

const PAGE_FILES = 10

function sendList(
  files: ReadonlyMap<string, Buffer>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://hub')
  if (searchParams.get('recursive') !== 'true') return void response.writeHead(400).end()
  const from = Number(searchParams.get('cursor') ?? 0)
  const entries = [
    { type: 'directory', path: 'onnx', size: 0, oid: 'f'.repeat(40) },
    ...[...files].map(listed),
  ]
  const page = entries.slice(from, from + PAGE_FILES)
  // As the real one, it names itself and not the mirror that was asked.
  const next = `https://hub.invalid${pathname}?recursive=true&cursor=${from + PAGE_FILES}`
  const link = from + PAGE_FILES < entries.length ? { link: `<${next}>; rel="next"` } : {}
  response.writeHead(200, { 'content-type': 'application/json', ...link }).end(JSON.stringify(page))
}

function listed([path, bytes]: [string, Buffer]) {
  const oid = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
  const isLarge = path.startsWith('onnx/') || path === 'tokenizer.json'
  const lfs = { oid: sha256(bytes), size: bytes.length, pointerSize: 130 }
  return { type: 'file', path, size: bytes.length, oid, ...(isLarge && { lfs }) }
}
