import { mkdtemp, readdir, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { makeApp, type AppParts } from '../../src/http/app.ts'
import type { SiteFacts } from '../../src/http/site/facts.ts'
import { MODEL_NAMES as OPENAI_MODEL_NAMES } from '../../src/http/openai/names.ts'
import { MODEL_NAMES as EMBED_V1_MODEL_NAMES } from '../../src/http/twelvelabs/embedV1/names.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { admitKeys } from '../../src/tasks/keys.ts'
import type { TaskParts } from '../../src/tasks/parts.ts'
import { expectDescribed } from './expectDescribed.ts'
import { taskRoom, type TaskRoom } from './taskRoom.ts'

export interface TestApp {
  url: string
  port: number
  room: TaskRoom
  parts: TaskParts
  /** Lines of the log. */
  log: { level: string; message: string; fields: Record<string, unknown> }[]
  /** A request with the key of the one account. Its answer is held against its description in `/openapi.json`. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** A POST of JSON. */
  post(path: string, body: unknown): Promise<Response>
  /** Stops to listen; it is also done when the test has ended. */
  close(): Promise<void>
  /** Names of files that uploads have left at a temporary place. */
  leftovers(): Promise<string[]>
}

export const KEY = 'key-of-one'

/** Of the account that may do what concerns the whole server. */
export const OPERATOR_KEY = 'key-of-operator'

const CONTRACT_NAMES = [
  ...EMBED_V1_MODEL_NAMES,
  'marengo3.5',
  'thenlper/gte-large',
  'intfloat/multilingual-e5-large',
  ...OPENAI_MODEL_NAMES,
]

/**
 * The HTTP doors over the tasks room: a real store, real files and real sockets, but no media and no models.
 * The model is `tiny`; the names that contracts have are aliases for it.
 */
export async function withApp(
  change: (parts: TaskParts) => Partial<TaskParts> = () => ({}),
  {
    readiness = () => ({ state: 'ready' }),
    metrics = async () => '',
    ...options
  }: Pick<AppParts, 'idleMs'> & Partial<SiteFacts> = {},
): Promise<TestApp> {
  const room = await taskRoom()
  const log: TestApp['log'] = []
  const base: TaskParts = {
    ...room.parts,
    clock: { ...systemClock, nowMs: () => room.clock.nowMs() },
    models: {
      ...room.parts.models,
      resolve: (name) => room.parts.models.resolve(CONTRACT_NAMES.includes(name) ? 'alias' : name),
    },
    logger: collectingLogger(log),
  }
  const parts = { ...base, ...change(base) }
  const keyFolder = await mkdtemp(join(tmpdir(), 'embedline-test-'))
  await admitKeys(parts, {
    listed: [
      { key: KEY, account: 'one' },
      { key: 'key-of-two', account: 'two' },
      { key: OPERATOR_KEY, account: 'admin' },
    ],
    keyFile: join(keyFolder, 'admin.key'),
    isLoopback: true,
  })
  const site = { version: '1.2.3', modelLine: 'tiny@1', keyFile: undefined, readiness, metrics }
  const app = makeApp({ tasks: parts, site, ...options })
  await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(async () => {
    await app.close()
    await rm(keyFolder, { recursive: true, force: true })
  })
  const { port } = app.server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const call = async (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers)
    if (!headers.has('x-api-key')) headers.set('x-api-key', KEY)
    const response = await fetch(url + path, { ...init, headers })
    await expectDescribed(init.method ?? 'GET', path, response)
    return response
  }
  return {
    url,
    port,
    room,
    parts,
    log,
    fetch: call,
    close: () => app.close(),
    post: (path, body) =>
      call(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    // Objects lie under <folder>/objects/<account>/<2 digits>/<hash>.
    leftovers: () => readdir(join(dirname(dirname(dirname(room.objectPath('a', 'b')))), 'incoming')),
  }
}

function collectingLogger(log: TestApp['log'], always: Record<string, unknown> = {}): TaskParts['logger'] {
  const line =
    (level: string) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}) =>
      void log.push({ level, message, fields: { ...always, ...fields } })
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    child: (fields) => collectingLogger(log, { ...always, ...fields }),
  }
}
