import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, request, type ClientRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, onTestFinished, test, vi } from 'vitest'
import { EmbedlineError } from '../../domain/errors.ts'
import { limitsNamed, type Limits } from '../../domain/limits.ts'
import { openDiskObjects } from '../../objects/disk.ts'
import type { ReceivedBytes } from '../../objects/objects.ts'
import { withJsonBody } from './jsonBody.ts'

interface Read {
  value?: unknown
  media?: ReceivedBytes[]
  failure?: { code: string; field: string | undefined }
}

/** A server that reads one body and tells what it found; `send` returns a request to write the body to. */
async function withReader(limits: Partial<Limits> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'embedline-test-'))
  const objects = await openDiskObjects({ folder })
  const found: Read[] = []
  const server = createServer((raw, response) => {
    const parts = { objects, limits: { ...limitsNamed('ours'), ...limits } }
    const read = withJsonBody(parts, raw, 'base64_string', async ({ value, media }) => {
      const tokens = JSON.stringify(value).matchAll(/"base64_string":"(\d+)"/g)
      return { value, media: [...tokens].map(([, token]) => media(token ?? '')) }
    })
    read
      .then(
        (body) => found.push(body),
        (failure: unknown) => {
          if (!(failure instanceof EmbedlineError)) throw failure
          found.push({ failure: { code: failure.code, field: failure.field } })
        },
      )
      .finally(() => response.end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await rm(folder, { recursive: true, force: true })
  })
  const { port } = server.address() as AddressInfo
  const send = (): ClientRequest =>
    // The connection may end with the server.
    request({ port, host: '127.0.0.1', method: 'POST' }).on('error', () => {})
  return {
    send,
    found,
    leftovers: () => readdir(join(folder, 'incoming')),
    async read(text: string): Promise<Read> {
      send().end(text)
      await vi.waitFor(() => expect(found).toHaveLength(1))
      return found[0]!
    },
  }
}

const source = (base64: string) => JSON.stringify({ video: { media_source: { base64_string: base64 } } })
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

test('base64 becomes a file with its bytes, and a token in the text', async () => {
  const reader = await withReader()
  const bytes = Buffer.from('a video')
  const { value, media } = await reader.read(source(bytes.toString('base64')))
  expect(value).toEqual({ video: { media_source: { base64_string: '0' } } })
  expect(media).toMatchObject([{ hash: sha256(bytes), sizeBytes: bytes.length }])
  expect(await reader.leftovers()).toEqual([])
})

test('of a key that is there twice the last one counts, as in any JSON', async () => {
  const reader = await withReader()
  const { media } = await reader.read('{"base64_string":"QQ==","base64_string":"QUI="}')
  expect(media).toMatchObject([{ hash: sha256(Buffer.from('AB')) }])
  expect(await reader.leftovers()).toEqual([])
})

test('a body of 48 MB of base64 is never held in memory', async () => {
  const reader = await withReader()
  const piece = Buffer.alloc(48_000, 7)
  const text = piece.toString('base64')
  const hash = createHash('sha256')
  const before = heldBytes()
  let most = 0
  const sending = reader.send()
  sending.write('{"video":{"media_source":{"base64_string":"')
  for (let count = 0; count < 750; count++) {
    hash.update(piece)
    if (!sending.write(text)) await once(sending, 'drain')
    if (count % 50 === 0) most = Math.max(most, heldBytes() - before)
  }
  sending.end('"}}}')
  await vi.waitFor(() => expect(reader.found).toHaveLength(1), 30_000)
  expect(reader.found[0]?.media).toMatchObject([{ sizeBytes: 36_000_000, hash: hash.digest('hex') }])
  // The buffers of both ends of the connection are in it, too.
  expect(most).toBeLessThan(24e6)
})

/** Memory that something still refers to. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

test.for<[string, string, Partial<Limits>, string, string | undefined]>([
  [
    'base64 past its limit',
    source('QUJDREVG'),
    { inlineMediaBytes: 5, inlinePictureBytes: 5, inlineDocumentBytes: 5 },
    'too_large',
    'video.media_source.base64_string',
  ],
  ['a body past its limit', source('QUJDREVG'), { jsonBodyBytes: 20 }, 'too_large', undefined],
  ['much text beside the base64', `{"a":"${'x'.repeat(1_100_000)}"}`, {}, 'too_large', undefined],
  ['eleven media', `[${'{"base64_string":"QQ=="},'.repeat(11)}0]`, {}, 'request_invalid', undefined],
  ['base64 that ends too early', source('QUJ'), {}, 'request_invalid', 'video.media_source.base64_string'],
  [
    'base64 with a line break',
    source('QUJD\nREVG'),
    {},
    'request_invalid',
    'video.media_source.base64_string',
  ],
  ['text that ends in the base64', '{"base64_string":"QUJD', {}, 'request_invalid', undefined],
  ['text behind the value', '{"base64_string":"QUJD"} x', {}, 'request_invalid', undefined],
])('%s is refused and leaves nothing', async ([, text, limits, code, field]) => {
  const reader = await withReader(limits)
  expect((await reader.read(text)).failure).toEqual({ code, field })
  expect(await reader.leftovers()).toEqual([])
})

test('a client that goes away in the middle leaves nothing', async () => {
  const reader = await withReader()
  const sending = reader.send()
  sending.write('{"base64_string":"QUJD')
  await vi.waitFor(async () => expect(await reader.leftovers()).toHaveLength(1))
  sending.destroy()
  await vi.waitFor(() => expect(reader.found).toEqual([{ failure: { code: 'aborted', field: undefined } }]))
  expect(await reader.leftovers()).toEqual([])
})
