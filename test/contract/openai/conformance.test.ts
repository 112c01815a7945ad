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

beforeAll(async () => {
  const [busy, idle] = [await openServer(), await openServer({ compute: '0' })]
  servers.push(busy, idle)
  world = await makeWorld(busy, idle)
})

afterAll(async () => {
  for (const server of servers) await server.close()
})

test('the table has at least 100 rules, each a sentence of its own, with a reason for what is not exact', () =>
  holdTable(SECTIONS, 100))

describe.for(SECTIONS.map(({ title, rules }) => [title, rules] as const))('%s', ([, rules]) => {
  test.for(rules.map((rule) => [nameOf(rule), rule] as const))('%s', async ([, { ask, expected }]) =>
    holdHere(await ask(world), expected),
  )
})

function holdHere(answer: Answer, expected: Expected): void {
  hold(answer, expected, { world, shapes: SHAPES })
  if (expected.refusal) expect(answer.body).toMatchObject({ error: expected.refusal })
}
