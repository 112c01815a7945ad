import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { s3Objects } from '../../test/support/s3Objects.ts'
import { withApp } from '../../test/support/withApp.ts'

/** An app whose bytes lie in S3, and the paths of an asset and of a file with this content. */
async function withContent(content: Buffer) {
  const { objects, server } = await s3Objects()
  const app = await withApp(() => ({ objects }))
  const send = async (path: string, fields: Record<string, string>) => {
    const body = new FormData()
    for (const [name, value] of Object.entries(fields)) body.append(name, value)
    body.append('file', new Blob([new Uint8Array(content)]), 'file.mp4')
    const headers = { authorization: 'Bearer key-of-one' }
    return (await (await app.fetch(path, { method: 'POST', body, headers })).json()) as Record<string, string>
  }
  const asset = await send('/v1.3/assets', { method: 'direct' })
  const file = await send('/v1/files', { purpose: 'batch' })
  const paths = [`/api/assets/${asset['_id']}/content`, `/v1/files/${file['id']}/content`]
  const get = (path: string, headers = {}) =>
    app.fetch(path, { headers: { authorization: 'Bearer key-of-one', ...headers } })
  return { app, server, paths, get }
}

test('bytes that the store gives otherwise than they were stored are 503 with Retry-After, as if nothing had begun', async () => {
  const content = randomBytes(100_000)
  const { app, server, paths, get } = await withContent(content)
  server.fault = () => ({ spoil: true })
  for (const path of paths) {
    const refused = await get(path)
    expect(refused.status).toBe(503)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(refused.headers.get('content-type')).toContain('json')
    expect(refused.headers.get('etag')).toBeNull()
    await refused.text()
  }
  // All of it, by range.
  const all = await get(paths[0]!, { range: 'bytes=0-' })
  expect([all.status, all.headers.get('content-range')]).toEqual([503, null])
  server.fault = () => undefined
  for (const path of paths)
    expect(Buffer.from(await (await get(path)).arrayBuffer()).equals(content)).toBe(true)
  expect(app.log.filter(({ level }) => level === 'error')).toEqual([])
})

test('a store that gives no byte of a range is 503, without the words of an answer in part', async () => {
  const { server, paths, get } = await withContent(randomBytes(100_000))
  server.fault = () => ({ cutAfterBytes: 0 })
  const refused = await get(paths[0]!, { range: 'bytes=10-20' })
  expect([refused.status, refused.headers.get('content-range')]).toEqual([503, null])
})

test('of many bytes that are not as they were stored the answer is cut off, and the log warns', async () => {
  const { app, server, paths, get } = await withContent(randomBytes(5_000_000))
  server.fault = () => ({ spoil: true })
  for (const path of paths) {
    const cut = await get(path)
    expect(cut.status).toBe(200)
    await expect(cut.arrayBuffer()).rejects.toThrow('terminated')
  }
  const told = app.log.filter(({ level }) => level === 'warn' || level === 'error')
  expect(told.map(({ level, message }) => [level, message])).toEqual([
    ['warn', 'stored bytes broke off'],
    ['warn', 'a file broke off'],
  ])
})
