import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { emptyHistory } from './history.ts'
import { makeSend } from './persistentClient.ts'

test('an answer whose body is cut is asked for again; one that is whole is given back as it is', async () => {
  const answers: ((response: ServerResponse) => void)[] = [
    // Of a known length, and of none.
    (response) =>
      response.writeHead(200, { 'content-length': 100 }).write('{"id":', () => response.destroy()),
    (response) => response.writeHead(200).write('{"id":', () => response.destroy()),
    (response) => response.end('z"id"'),
  ]
  const server = createServer((_request, response) => answers.shift()?.(response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const history = emptyHistory()
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const send = makeSend({ url, key: 'key', history, signal: new AbortController().signal })
  // Whoever reads it finds that it is no JSON, and that is a finding.
  expect(await send('order', { method: 'GET', path: '/' })).toEqual({ status: 200, text: 'z"id"' })
  expect(history.calls.map(({ outcome }) => 'lost' in outcome)).toEqual([true, true, false])
})
