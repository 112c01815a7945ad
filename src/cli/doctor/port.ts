import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Check } from './check.ts'

const ANSWER_MS = 2_000

/**
 * Listens where the server will listen, and calls itself there. `holdsFolder` says that a server holds the data folder:
 * then the one that answers there is taken for it.
 */
export async function checkPort(host: string, port: number, holdsFolder = false): Promise<Check> {
  const name = 'port'
  const server = createServer((socket) => socket.destroy())
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    const code = codeOf(error)
    if (code !== 'EADDRINUSE' || !(await isEmbedline(host, port))) return unusable(host, port, code)
    if (holdsFolder) return { name, state: 'ok', message: `an Embedline server answers at ${host}:${port}` }
    return taken(`${host}:${port} is in use by an Embedline server with another data folder`)
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

/** Asks whoever has the port, but not for long: it may be anything. */
async function isEmbedline(host: string, port: number): Promise<boolean> {
  try {
    const url = new URL(`http://${host.includes(':') ? `[${host}]` : host}:${port}/readyz`)
    const answer: unknown = await (await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) })).json()
    return typeof answer === 'object' && answer !== null && 'status' in answer && 'version' in answer
  } catch {
    return false
  }
}

const taken = (message: string): Check => ({
  name: 'port',
  state: 'fail',
  message,
  advice: 'Choose another port with --port, or stop the program that has it.',
})

function unusable(host: string, port: number, code: string): Check {
  const where = `${host}:${port}`
  if (code === 'EADDRINUSE') return taken(`${where} is in use`)
  const advice =
    code === 'EACCES'
      ? 'Ports below 1024 are for root: choose another one with --port.'
      : 'Choose an address of this machine with --host.'
  return { name: 'port', state: 'fail', message: `cannot listen on ${where} (${code})`, advice }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error)
