import type { Answer } from './ask.ts'
import type { World } from './world.ts'

/** `extended`: what the contract has, and more; `differs`: something else, for a reason. */
export type State = 'exact' | 'extended' | 'differs'

/** One rule of the contract as this server keeps it: a line of docs/compat/telnyx.md, and a test. */
export interface Rule {
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

export interface Expected {
  status: number
  /** A file of `schemas/`, or a name of `shapes.ts`. */
  schema?: string
  /** What the body has at least. */
  body?: unknown
  /** Of a 422: where the issues are. */
  loc?: readonly (readonly (string | number)[])[]
  /** Of a refusal of the gateway: its code. */
  code?: string
  /** The class of the error that a client throws. */
  error?: string
  headers?: Readonly<Record<string, string | undefined>>
  /** What a look at the answer gives, and what it must be. */
  seen?: (answer: Answer, world: World) => unknown
  is?: unknown
}

/** The rules of one operation, in the order in which they are tested. */
export interface Section {
  title: string
  /** What the official client calls it. */
  method?: string
  rules: readonly Rule[]
}
