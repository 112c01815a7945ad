import type { IncomingHttpHeaders } from 'node:http'

/** What came back, whichever way it was asked. */
export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  text: string
  /** The parsed JSON, or what a client made of it. */
  body: unknown
  /** The class of the error that a client threw. */
  error?: string
}

/** `extended`: what the contract has, and more; `differs`: something else, for a reason. */
export type State = 'exact' | 'extended' | 'differs'

/** What a rule expects of an answer, in any dialect. */
export interface ExpectedIn<World> {
  status: number
  /** A file of `schemas/`, or a name of the dialect's `shapes.ts`. */
  schema?: string
  /** What the body has at least. */
  body?: unknown
  /** The class of the error that a client throws. */
  error?: string
  headers?: Readonly<Record<string, string | undefined>>
  /** What a look at the answer gives, and what it must be. */
  seen?: (answer: Answer, world: World) => unknown
  is?: unknown
}

/** One rule of a contract as this server keeps it: a line of a page of docs/compat, and a test. */
export interface RuleIn<World, Expected extends ExpectedIn<World> = ExpectedIn<World>> {
  /** The field, header or part of the path that it is about. */
  field?: string
  /** A sentence about what comes back. */
  rule: string
  /** Exact unless it says otherwise. */
  state?: Exclude<State, 'exact'>
  /** Why it is extended or differs. */
  why?: string
  ask: (world: World) => Promise<Answer>
  expected: Expected
}

/** A rule without what only a test needs: what its line of the page is made of. */
export type RuleLine = Pick<RuleIn<never>, 'field' | 'rule' | 'state' | 'why'>

/** The rules of one operation, in the order in which they are tested. */
export interface SectionOf<Rule extends RuleLine> {
  title: string
  /** What the official client calls it. */
  method?: string
  rules: readonly Rule[]
}

export const nameOf = ({ field, rule }: RuleLine): string =>
  field === undefined ? rule : `${field}: ${rule}`
