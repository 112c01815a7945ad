import type { Rule } from '../rule.ts'
import { TASKS, type World } from '../world.ts'

export const FEW = { base64_string: 'QUJD' }

export const INVALID = 'parameter_invalid'
export const MISSING = 'parameter_not_provided'
export const UNKNOWN = 'parameter_unknown'

export const videoBody = (fields: object = {}, top: object = {}) => ({
  input_type: 'video',
  video: { media_source: FEW, ...fields },
  ...top,
})

export const audioBody = (fields: object = {}) => ({
  input_type: 'audio',
  audio: { media_source: FEW, ...fields },
})

/** On the server that only takes tasks. */
export const send = (body: unknown) => (world: World) => world.idle.post(TASKS, body)

export const taken = (
  field: string | undefined,
  rule: string,
  body: unknown,
  more: Partial<Rule> = {},
): Rule => ({
  ...(field !== undefined && { field }),
  rule,
  ask: send(body),
  expected: { status: 202, schema: 'created' },
  ...more,
})

interface Refused extends Partial<Rule> {
  code?: string
  names?: string
}

export const refused = (
  field: string,
  rule: string,
  body: unknown,
  { code = INVALID, names = field, ...more }: Refused = {},
): Rule => ({
  field,
  rule: `${rule} is 400 \`${code}\``,
  ask: send(body),
  expected: { status: 400, code, names },
  ...more,
})
