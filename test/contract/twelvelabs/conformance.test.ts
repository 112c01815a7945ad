import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { openServer, type OpenedServer } from '../../support/withServer.ts'
import { hold, holdTable } from '../hold.ts'
import { nameOf, type Answer } from '../rule.ts'
import type { Expected } from './rule.ts'
import { SECTIONS } from './sections.ts'
import { SHAPES } from './shapes.ts'
import { makeWorld, type FileName, type World } from './world.ts'

let world: World
const servers: OpenedServer[] = []

/** Has the files by their names, with any extension. */
const site = createServer(({ url = '' }, response) => {
  const [, name] = /^\/([a-z]+)\./.exec(url) ?? []
  const file = name === undefined ? undefined : world.files[name as FileName]
  response.writeHead(file ? 200 : 404).end(file?.bytes)
})

beforeAll(async () => {
  const net = { 'fetch-allow': '127.0.0.1' }
  const server = await openServer(net)
  const idle = await openServer({ compute: '0' })
  const limited = await openServer({ compute: '0', 'requests-per-day': '10' })
  servers.push(server, idle, limited)
  site.listen(0, '127.0.0.1')
  await once(site, 'listening')
  const { port } = site.address() as AddressInfo
  world = await makeWorld({ server, idle, limited, site: `http://127.0.0.1:${port}` })
})

// The client tells of its uploads there.
beforeEach(() => void vi.spyOn(console, 'log').mockImplementation(() => {}))

afterAll(async () => {
  for (const server of servers) await server.close()
  site.closeAllConnections()
  site.close()
})

test('the table has at least 180 rules, each a sentence of its own, with a reason for what is not exact', () =>
  holdTable(SECTIONS, 180))

describe.for(SECTIONS.map(({ title, rules }) => [title, rules] as const))('%s', ([, rules]) => {
  test.for(rules.map((rule) => [nameOf(rule), rule] as const))('%s', async ([, { ask, expected }]) =>
    holdHere(await ask(world), expected),
  )
})

const isRefusal = ({ status, body }: Answer) => status >= 400 && body !== undefined

function holdHere(answer: Answer, { code, names, ...expected }: Expected): void {
  const schema = expected.schema ?? (isRefusal(answer) ? 'failure' : undefined)
  hold(answer, { ...expected, ...(schema !== undefined && { schema }) }, { world, shapes: SHAPES })
  // Of the dialect: on every answer, as the contract says.
  expect(answer.headers['x-api-version']).toBe('1.3')
  if (code !== undefined) expect(answer.body).toMatchObject({ code, error: { code } })
  if (names === undefined) return
  expect(answer.body).toMatchObject({ error: { details: { field: names } } })
  const { message } = answer.body as { message: string }
  expect(message).toContain(`\`${names}\``)
}
