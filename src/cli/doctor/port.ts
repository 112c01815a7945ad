import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Check } from './check.ts'

/** Listens where the server will listen, and calls itself there. */
export async function checkPort(host: string, port: number): Promise<Check> {
  const name = 'port'
  const server = createServer((socket) => socket.destroy())
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    return taken(host, port, codeOf(error))
  }
  const address = server.address()
  const listening = typeof address === 'object' && address !== null ? address.port : port
  try {
    const socket = connect(listening, host)
    await once(socket, 'connect')
    socket.destroy()
    return { name, state: 'ok', message: port === 0 ? 'a free one will be taken' : `${host}:${port} is free` }
  } catch (error) {
    return {
      name,
      state: 'fail',
      message: `${host} cannot be reached from this machine (${codeOf(error)})`,
      advice: 'The loopback interface may be down: ip link set lo up.',
    }
  } finally {
    server.close()
  }
}

function taken(host: string, port: number, code: string): Check {
  const name = 'port'
  const where = `${host}:${port}`
  if (code === 'EADDRINUSE') {
    return {
      name,
      state: 'fail',
      message: `${where} is in use`,
      advice: 'If that is an Embedline server, all is well. Else choose another port with --port.',
    }
  }
  const advice =
    code === 'EACCES'
      ? 'Ports below 1024 are for root: choose another one with --port.'
      : 'Choose an address of this machine with --host.'
  return { name, state: 'fail', message: `cannot listen on ${where} (${code})`, advice }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error)
