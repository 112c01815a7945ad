import type { ExpectedIn, RuleIn, SectionOf } from '../rule.ts'
import type { World } from './world.ts'

export interface Expected extends ExpectedIn<World> {
  /** Of a refusal: the parameter that it names, and its code. */
  refusal?: { param?: string | null; code?: string | null }
}

export type Rule = RuleIn<World, Expected>

export type Section = SectionOf<Rule>
