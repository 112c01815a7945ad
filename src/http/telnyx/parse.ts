import type { z } from 'zod'
import { InvalidRequest, type Issue } from './invalidRequest.ts'

/** Reads a body as JSON and holds it against a schema. Throws `InvalidRequest` with everything that is wrong. */
export function parseBody<Schema extends z.ZodType>(schema: Schema, bytes: Buffer): z.output<Schema> {
  const result = schema.safeParse(readJson(bytes), { reportInput: true })
  if (result.success) return result.data
  throw new InvalidRequest(result.error.issues.map(asIssue))
}

function readJson(bytes: Buffer): unknown {
  if (bytes.length === 0)
    throw new InvalidRequest([{ loc: ['body'], msg: 'Field required', type: 'missing' }])
  try {
    return JSON.parse(bytes.toString())
  } catch {
    throw new InvalidRequest([{ loc: ['body'], msg: 'JSON decode error', type: 'json_invalid' }])
  }
}

/** In the words that clients of this contract know from its framework. */
function asIssue(issue: z.core.$ZodIssue): Issue {
  const loc = ['body', ...issue.path.map((step) => (typeof step === 'number' ? step : String(step)))]
  const isAbsent = issue.input === undefined || issue.input === null
  if (isAbsent && issue.path.length > 0) return { loc, msg: 'Field required', type: 'missing' }
  return { loc, ...wordsOf(issue) }
}

const EXPECTED: Readonly<Record<string, Pick<Issue, 'msg' | 'type'>>> = {
  string: { msg: 'Input should be a valid string', type: 'string_type' },
  boolean: { msg: 'Input should be a valid boolean', type: 'bool_type' },
  number: { msg: 'Input should be a valid number', type: 'number_type' },
  int: { msg: 'Input should be a valid integer', type: 'int_type' },
  object: { msg: 'Input should be a valid dictionary', type: 'dict_type' },
}

/** The name of the limit that a sentence ends with. */
const limitIn = (message: string): string => / \(limit \w+\)$/.exec(message)?.[0] ?? ''

function wordsOf(issue: z.core.$ZodIssue): Pick<Issue, 'msg' | 'type'> {
  const otherwise = { msg: issue.message, type: 'value_error' }
  if (issue.code === 'invalid_type') return EXPECTED[issue.expected] ?? otherwise
  if (issue.code === 'invalid_value') {
    const values = issue.values.map((value) => `'${String(value)}'`).join(' or ')
    return { msg: `Input should be ${values}`, type: 'enum' }
  }
  if (issue.code === 'too_big')
    return {
      msg: `Input should be less than or equal to ${issue.maximum}${limitIn(issue.message)}`,
      type: 'less_than_equal',
    }
  if (issue.code !== 'too_small') return otherwise
  return issue.origin === 'string'
    ? { msg: `String should have at least ${issue.minimum} character`, type: 'string_too_short' }
    : { msg: `Input should be greater than or equal to ${issue.minimum}`, type: 'greater_than_equal' }
}
