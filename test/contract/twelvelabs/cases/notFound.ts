import { NOBODY } from '../world.ts'
import type { Rule } from '../rule.ts'

/** Ids that are none, as they stand in a path. */
const IDS: readonly (readonly [rule: string, id: string])[] = [
  ['an unknown id', NOBODY],
  ['what is no id', 'none'],
  ['what is decoded to a path', '..%2f..%2fetc%2fpasswd'],
  ['a NUL character', '%00'],
  ['what cannot be decoded', '%ff%'],
  ['an id of 3,000 characters', 'a'.repeat(3000)],
]

/** That nothing is found under ids that are none. */
export const notFound = (field: string, method: string, pathOf: (id: string) => string): Rule[] =>
  IDS.map(([rule, id]) => ({
    field,
    rule: `${rule} is 404 \`resource_not_exist\``,
    ask: (world) => world.send(method, pathOf(id)),
    expected: { status: 404, code: 'resource_not_exist' },
  }))
