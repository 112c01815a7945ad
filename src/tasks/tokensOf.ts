import { EmbedlineError } from '../domain/errors.ts'
import { inLimit, type LimitName } from '../domain/limitFacts.ts'
import type { TaskParts } from './parts.ts'

/** No language has longer words on average: a text of more characters has too many tokens whatever they are. */
const CHARACTERS_A_TOKEN = 32

export interface TextBound {
  most: number
  /** Which limit that is. */
  limit: LimitName
  /** How a message begins: `The query`. */
  what: string
  field: string
}

/**
 * How many tokens a text has. Throws `text_too_long` past the bound, without reading a long text to its end: this runs
 * where everybody waits.
 */
export function tokensOf(
  { models }: Pick<TaskParts, 'models'>,
  text: string,
  { most, limit, what, field }: TextBound,
): number {
  const tokens = text.length > most * CHARACTERS_A_TOKEN ? most + 1 : models.countTokens(text, most)
  if (tokens <= most) return tokens
  throw new EmbedlineError(
    'text_too_long',
    `${what} has more than the ${most} tokens that are taken${inLimit(limit)}.`,
    { field },
  )
}
