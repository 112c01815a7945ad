import { expect } from 'vitest'
import { fitsSchema } from '../support/expectSchema.ts'
import type { Answer, ExpectedIn, RuleLine, SectionOf } from './rule.ts'

interface Held<World> {
  world: World
  /** JSON schemas of a dialect by name. */
  shapes: Readonly<Record<string, object>>
}

/** Holds an answer against what a rule expects of it. */
export function hold<World>(
  answer: Answer,
  expected: ExpectedIn<World>,
  { world, shapes }: Held<World>,
): void {
  expect({ status: answer.status, ...(answer.status !== expected.status && { body: answer.body }) }).toEqual({
    status: expected.status,
  })
  if (expected.schema !== undefined)
    expect(fitsSchema(shapes[expected.schema] ?? expected.schema, answer.body)).toEqual([])
  if (expected.body !== undefined) expect(answer.body).toMatchObject(expected.body as object)
  if (expected.error !== undefined) expect(answer.error).toBe(expected.error)
  for (const [name, value] of Object.entries(expected.headers ?? {})) expect(answer.headers[name]).toBe(value)
  if (expected.seen) expect(expected.seen(answer, world)).toEqual(expected.is)
}

/** Holds a table to what its page promises: enough rules, each a sentence of its own, and reasons where one is owed. */
export function holdTable(sections: readonly SectionOf<RuleLine>[], leastRules: number): void {
  const sentences = sections.flatMap(({ title, rules }) =>
    rules.map(({ field, rule }) => `${title} ${field} ${rule}`),
  )
  expect(sentences.length).toBeGreaterThanOrEqual(leastRules)
  expect(sentences.filter((each, at) => sentences.indexOf(each) !== at)).toEqual([])
  const silent = sections.flatMap(({ rules }) =>
    rules.filter(({ state, why }) => state !== undefined && !why),
  )
  expect(silent.map(({ rule }) => rule)).toEqual([])
}
