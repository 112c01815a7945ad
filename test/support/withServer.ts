import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { startServer, type RunningServer } from '../../src/main.ts'

export interface TestServer extends RunningServer {
  /** Keys of two accounts. */
  key: string
  otherKey: string
  dataFolder: string
  /** Requests with the first account's key. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** Lines of the log, parsed. */
  log: Record<string, unknown>[]
}

const KEY = 'key-of-one'
const OTHER_KEY = 'key-of-two'

export interface OpenedServer extends TestServer {
  /** Stops the server and removes its folder. Throws for lines of level error that were not expected. */
  close(): Promise<void>
}

interface Options {
  expectErrors?: boolean
}

/**
 * Starts a whole server in this process (compute children are real processes) on a free port of loopback with a
 * folder of its own; both go with the test. `flags` are those of `embedline serve`. A line of level error that
 * `expectErrors` does not allow fails the test.
 */
export async function withServer(
  flags: Readonly<Record<string, string>> = {},
  options: Options = {},
): Promise<TestServer> {
  const server = await openServer(flags, options)
  onTestFinished(() => server.close())
  return server
}

/** The same for several tests; whoever opens it closes it. */
export async function openServer(
  flags: Readonly<Record<string, string>> = {},
  { expectErrors = false }: Options = {},
): Promise<OpenedServer> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'embedline-test-'))
  const log: Record<string, unknown>[] = []
  const config = readConfig({
    flags: new Map(
      Object.entries({
        port: '0',
        data: dataFolder,
        keys: `${KEY}=one,${OTHER_KEY}=two`,
        'log-level': 'debug',
        ...flags,
      }),
    ),
    folder: dataFolder,
  })
  const server = await startServer(config, {
    writeLog: (line) => void log.push(JSON.parse(line) as Record<string, unknown>),
  })
  const close = async () => {
    await server.stop(0)
    await rm(dataFolder, { recursive: true, force: true })
    const errors = log.filter(({ level }) => level === 'error')
    if (!expectErrors && errors.length > 0)
      throw new Error(`unexpected errors in the log: ${JSON.stringify(errors, null, 1)}`)
  }
  const call = (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers)
    if (!headers.has('x-api-key')) headers.set('x-api-key', KEY)
    return fetch(server.url + path, { ...init, headers })
  }
  return { ...server, key: KEY, otherKey: OTHER_KEY, dataFolder, fetch: call, log, close }
}
