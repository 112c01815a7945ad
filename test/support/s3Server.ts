import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { S3Settings } from '../../src/objects/s3/settings.ts'

const PROGRAM = new URL('./s3Server.process.ts', import.meta.url).pathname

/** What the way to the store does to a request; `undefined`: nothing. */
export type Fault =
  | { status: number; code: string }
  /** The answer comes, and its body ends after so many bytes. */
  | { cutAfterBytes: number }
  /** The answer comes, and nothing after so many bytes of its body. */
  | { stopAfterBytes: number }
  /** Nothing comes for so long. */
  | { delayMs: number }
  /** The object has another ETag. */
  | { etag: string }
  /** The request reaches the store, and its answer nobody. */
  | { loseAnswer: true }
  /** A letter of the answer is another one. */
  | { spoil: true }

export interface SeenS3Request {
  method: string
  /** With the query. */
  path: string
  headers: IncomingMessage['headers']
}

export interface S3Server {
  settings: S3Settings
  /** Of the environment of a process that uses it. */
  environment: Record<string, string>
  seen: SeenS3Request[]
  /** How many bytes of objects were read from it. */
  readBytes: number
  /** How many requests are being answered. */
  openCount: number
  /** What goes wrong; changed at any time. */
  fault: (request: SeenS3Request) => Fault | undefined
  /** Keys of all objects, and `<key> in parts` of uploads that are not complete. */
  keys(): Promise<string[]>
  close(): Promise<void>
}

/** The name and the secret that s3rver knows. */
export const S3_CREDENTIALS = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' }

/** What is no list. */
const OBJECT = /^\/[^/?]+\/[^?]/

/** A real S3 server in a process of its own, behind a proxy in which a test lets things go wrong. */
export async function s3Server({ prefix = '' } = {}): Promise<S3Server> {
  const folder = await mkdtemp(join(tmpdir(), 'embedline-s3-'))
  // Its tokens of lists are made with a cipher of old.
  const child = spawn(process.execPath, ['--openssl-legacy-provider', PROGRAM, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const endWithUs = () => void child.kill('SIGKILL')
  process.once('exit', endWithUs)
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const server: Passing = { seen: [], readBytes: 0, openCount: 0, fault: () => undefined }
  const proxy = createServer((request, response) => pass(server, Number(line), request, response))
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const endpoint = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  return Object.assign(server, {
    settings: { bucket: 'stored', prefix, endpoint, region: 'us-east-1' },
    environment: { ...S3_CREDENTIALS, EMBEDLINE_S3_ENDPOINT: endpoint },
    keys: async () => {
      const names = await readdir(join(folder, 'stored'), { recursive: true })
      const objects = names.flatMap((name) => /^(.*)\._S3rver_object$/.exec(name)?.[1] ?? [])
      const uploads = names.filter((name) => /^\._S3rver_uploads\/\w+\/key$/.test(name))
      const begun = uploads.map((name) => readFile(join(folder, 'stored', name), 'utf8'))
      return [...objects, ...(await Promise.all(begun)).map((key) => `${key} in parts`)]
    },
    async close() {
      proxy.closeAllConnections()
      proxy.close()
      process.removeListener('exit', endWithUs)
      child.kill('SIGKILL')
      await once(child, 'exit')
      await rm(folder, { recursive: true, force: true })
    },
  })
}

type Passing = Pick<S3Server, 'seen' | 'readBytes' | 'openCount' | 'fault'>

function pass(server: Passing, port: number, request: IncomingMessage, response: ServerResponse): void {
  const { method = '', url: path = '', headers } = request
  const seen = { method, path, headers }
  server.seen.push(seen)
  server.openCount++
  response.on('close', () => server.openCount--)
  const fault = server.fault(seen)
  if (fault && 'status' in fault) {
    request.resume()
    request.on('end', () => {
      response.writeHead(fault.status, { 'content-type': 'application/xml' })
      response.end(
        `<Error><Code>${fault.code}</Code><AWSAccessKeyId>S3RVER</AWSAccessKeyId><Message>of S3RVER</Message></Error>`,
      )
    })
    return
  }
  const onward = ask({ host: '127.0.0.1', port, method, path, headers, agent: false }, (answer) => {
    const isRead = method === 'GET' && OBJECT.test(path)
    void answerWith(fault, answer, response, (sizeBytes) => {
      if (isRead) server.readBytes += sizeBytes
    })
  })
  onward.on('error', () => response.destroy())
  response.on('close', () => onward.destroy())
  request.pipe(onward)
}

async function answerWith(
  fault: Exclude<Fault, { status: number }> | undefined,
  answer: IncomingMessage,
  response: ServerResponse,
  onBytes: (sizeBytes: number) => void,
): Promise<void> {
  if (fault && 'loseAnswer' in fault) return void response.destroy()
  if (fault && 'delayMs' in fault)
    await Promise.race([sleep(fault.delayMs, undefined, { ref: false }), once(response, 'close')])
  const etag = fault && 'etag' in fault ? { etag: fault.etag } : {}
  response.writeHead(answer.statusCode ?? 500, { ...answer.headers, ...etag })
  const mayStop = fault !== undefined && 'stopAfterBytes' in fault
  const mayCut = fault !== undefined && 'cutAfterBytes' in fault
  const most = mayStop ? fault.stopAfterBytes : mayCut ? fault.cutAfterBytes : Number.POSITIVE_INFINITY
  const spoilt = fault !== undefined && 'spoil' in fault
  async function* spoil(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let left = most
    for await (const chunk of chunks) {
      onBytes(chunk.length)
      if (spoilt) chunk[0] = (chunk[0] ?? 0) ^ 1
      if (chunk.length >= left) {
        await new Promise((wake) => response.write(chunk.subarray(0, left), wake))
        if (mayStop) await once(response, 'close')
        throw new Error('cut')
      }
      left -= chunk.length
      yield chunk
    }
  }
  // Whoever is cut off, on either side, sees it.
  await pipeline(answer, spoil, response).catch(() => response.destroy())
}
