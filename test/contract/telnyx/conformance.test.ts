import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openServer, type OpenedServer } from '../../support/withServer.ts'
import { hold, holdTable } from '../hold.ts'
import { nameOf, type Answer } from '../rule.ts'
import type { Expected } from './rule.ts'
import { SECTIONS } from './sections.ts'
import { SHAPES } from './shapes.ts'
import { makeWorld, type World } from './world.ts'

let world: World
const servers: OpenedServer[] = []

const PAGES: Readonly<Record<string, string>> = {
  '/': '<h1>Rain</h1><p>Rain falls from clouds.</p><a href="/snow">snow</a> <a href="/hail">hail</a>',
  '/snow': '<h1>Snow</h1><p>Snow falls when it is cold, and stays on the mountains.</p>',
}

const site = createServer(({ url = '' }, response) => {
  const page = PAGES[url]
  response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'text/html' }).end(page)
})

beforeAll(async () => {
  const net = { 'fetch-allow': '127.0.0.1', 'crawl-delay': '0' }
  const [busy, idle] = [await openServer(net), await openServer({ ...net, compute: '0' })]
  servers.push(busy, idle)
  site.listen(0, '127.0.0.1')
  await once(site, 'listening')
  const { port } = site.address() as AddressInfo
  world = await makeWorld(busy, idle, `http://127.0.0.1:${port}`)
})

afterAll(async () => {
  for (const server of servers) await server.close()
  site.closeAllConnections()
  site.close()
})

test('the table has at least 120 rules, each a sentence of its own, with a reason for what is not exact', () =>
  holdTable(SECTIONS, 120))

describe.for(SECTIONS.map(({ title, rules }) => [title, rules] as const))('%s', ([, rules]) => {
  test.for(rules.map((rule) => [nameOf(rule), rule] as const))('%s', async ([, { ask, expected }]) =>
    holdHere(await ask(world), expected),
  )
})

function holdHere(answer: Answer, expected: Expected): void {
  hold(answer, expected, { world, shapes: SHAPES })
  if (expected.loc !== undefined) expect(locationsIn(answer)).toEqual(expected.loc)
  if (expected.code !== undefined) expect(answer.body).toMatchObject({ errors: [{ code: expected.code }] })
}

const locationsIn = ({ body }: Answer) =>
  (body as { detail: { loc: unknown[] }[] }).detail.map(({ loc }) => loc)
