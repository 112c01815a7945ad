import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { dialTcp } from './dial.ts'

const BOTH = [
  { address: '::1', family: 6 },
  { address: '127.0.0.1', family: 4 },
] as const

test('of several addresses the one that answers is taken', async () => {
  const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const socket = await dialTcp({ addresses: BOTH, port, timeoutMs: 5_000 })
  expect(socket.remoteAddress).toBe('127.0.0.1')
  socket.destroy()
})

test.each([[BOTH], [BOTH.slice(0, 1)], [BOTH.slice(1)]])(
  'nobody there is a refused connection',
  async (addresses) => {
    await expect(dialTcp({ addresses, port: 1, timeoutMs: 5_000 })).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    })
  },
)
