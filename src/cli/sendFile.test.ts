import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scriptedServer } from '../../test/support/scriptedServer.ts'
import { temporaryFolder } from '../../test/support/temporaryFolder.ts'
import { withApp, KEY } from '../../test/support/withApp.ts'
import { sendFile } from './sendFile.ts'
import { serverCalls } from './serverCalls.ts'

test('a file is the body, or a field of a form beside others, whatever its name', async () => {
  const { url, seen } = await scriptedServer(() => ({ json: {} }))
  const path = join(await temporaryFolder({ 'a "b".txt': 'hello' }), 'a "b".txt')
  const send = (file: object) =>
    sendFile(`${url}/x`, { method: 'POST', headers: new Headers(), file: { path, ...file } })
  expect((await send({})).status).toBe(200)
  await send({ fields: { method: 'direct' } })
  expect(seen[0]?.body).toBe('hello')
  expect(seen[1]?.body).toMatch(
    /^--(\S+)\r\n.*name="method"\r\n\r\ndirect\r\n--\1\r\n.*name="file"; filename="a %22b%22\.txt"\r\n.*\r\n\r\nhello\r\n--\1--\r\n$/,
  )
})

test('a refusal that comes before a large file is there is told at once', async () => {
  const app = await withApp()
  const path = join(await temporaryFolder({ 'big.bin': Buffer.alloc(60e6) }), 'big.bin')
  const server = serverCalls(app.url, KEY)
  const put = server.call('PUT', '/api/buckets/X/objects/a', { file: { path } })
  await expect(put).rejects.toThrow('the server says: bucket: A bucket has 3 to 63')
  const gone = server.call('PUT', '/api/buckets/docs/objects/a', { file: { path: `${path}.gone` } })
  await expect(gone).rejects.toMatchObject({
    code: 'request_invalid',
    message: expect.stringContaining('it cannot be read: ENOENT') as string,
  })
})
