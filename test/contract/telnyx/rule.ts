import type { ExpectedIn, RuleIn, SectionOf } from '../rule.ts'
import type { World } from './world.ts'

export interface Expected extends ExpectedIn<World> {
  /** Of a 422: where the issues are. */
  loc?: readonly (readonly (string | number)[])[]
  /** Of a refusal of the gateway: its code. */
  code?: string
}

export type Rule = RuleIn<World, Expected>

export type Section = SectionOf<Rule>
