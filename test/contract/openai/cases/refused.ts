import type { Rule } from '../rule.ts'
import type { World } from '../world.ts'
import type { Answer } from '../../rule.ts'

/** A rule about a request that is refused in the contract's envelope. */
export const refused = (
  field: string,
  rule: string,
  ask: (world: World) => Promise<Answer>,
  {
    status = 400,
    param = field,
    code,
    ...more
  }: Partial<Rule> & { status?: number; param?: string | null; code?: string | null } = {},
): Rule => ({
  field,
  rule,
  ask,
  expected: { status, schema: 'error', refusal: { param, ...(code !== undefined && { code }) } },
  ...more,
})
