import { request } from 'node:http'
import type { Answer } from './rule.ts'

interface RawRequest {
  /** The server and the beginning of the path. */
  base: string
  method: string
  /** Goes over the wire as it is written. */
  path: string
  headers: Readonly<Record<string, string | string[]>>
  body?: string | Uint8Array | undefined
}

/** Not by `fetch`, which cannot send a header twice and tidies up paths. Follows no redirects. */
export function sendRaw({ base, method, path, headers, body }: RawRequest): Promise<Answer> {
  const { hostname, port, pathname } = new URL(base)
  const isChunked = 'transfer-encoding' in headers
  return new Promise((resolve, reject) => {
    const call = request({
      hostname,
      port,
      method,
      path: pathname + path,
      agent: false,
      headers: {
        ...(body !== undefined && !isChunked && { 'content-length': String(Buffer.byteLength(body)) }),
        ...headers,
      },
    })
    call.on('error', reject)
    call.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        const isJson = /json/.test(response.headers['content-type'] ?? '') && text !== ''
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          body: isJson && response.headers['content-encoding'] === undefined ? JSON.parse(text) : undefined,
        })
      })
    })
    call.end(body)
  })
}
