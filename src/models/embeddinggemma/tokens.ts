import { EmbedlineError } from '../../domain/errors.ts'
import type { TextUse } from '../../domain/model.ts'
import { CONTEXT_TOKENS } from './context.ts'
import { GEMMA_ID } from './facts.ts'
import { makeNeutraliser, withPrompt } from './prompts.ts'

/** What is needed of the library's tokenizer. */
export interface Tokenizer {
  /** All that a text is made of, with the tokens that begin and end it. */
  encode(text: string): number[]
  pad_token_id: number | undefined
  all_special_tokens: string[]
  /** Has the names of the tokens that stand for media, whether the tokenizer calls them special or not. */
  config: Readonly<Record<string, unknown>>
}

export interface Tokens {
  /** A prompted text in tokens. Throws `text_too_long` when it has more than `most`. */
  encode(text: string, use: TextUse, most?: number): number[]
  /** The same of a text whose end may be left out. */
  encodeBeginning(text: string, use: TextUse, most: number): number[]
  /** Whether a text can be embedded whole, as a document. */
  readonly fits: (text: string) => boolean
  padId: number
}

/** No language comes near it. Longer texts are not even tokenised, which takes longer than in proportion. */
const MOST_CHARACTERS_PER_TOKEN = 12

/** Each text begins and ends with one. */
const ENDS = 2

export function makeTokens(tokenizer: Tokenizer): Tokens {
  const neutralised = makeNeutraliser([...tokenizer.all_special_tokens, ...mediaTokens(tokenizer.config)])
  const isHopeless = (text: string, most: number) => text.length > most * MOST_CHARACTERS_PER_TOKEN
  const prompted = (text: string, use: TextUse) => withPrompt(neutralised(text), use)

  return {
    encode(text, use, most = CONTEXT_TOKENS) {
      const ids = isHopeless(text, most) ? undefined : tokenizer.encode(prompted(text, use))
      if (ids && ids.length <= most) return ids
      const length = ids ? `${ids.length} tokens` : `${text.length} characters`
      throw new EmbedlineError(
        'text_too_long',
        `The text has ${length}, with its prompt; the model ${GEMMA_ID} takes ${most} tokens.`,
      )
    },
    encodeBeginning(text, use, most) {
      const ids = tokenizer.encode(prompted(text.slice(0, most * MOST_CHARACTERS_PER_TOKEN), use))
      return ids.length <= most ? ids : [...ids.slice(0, most - 1), ...ids.slice(-1)]
    },
    fits(text) {
      if (isHopeless(text, CONTEXT_TOKENS)) return false
      const whole = prompted(text, 'document')
      // A token is at least a byte, so most texts need no count.
      return (
        Buffer.byteLength(whole) + ENDS <= CONTEXT_TOKENS || tokenizer.encode(whole).length <= CONTEXT_TOKENS
      )
    },
    padId: tokenizer.pad_token_id ?? 0,
  }
}

const mediaTokens = (config: Tokenizer['config']): string[] =>
  Object.entries(config).flatMap(([name, token]) =>
    name.endsWith('_token') && typeof token === 'string' ? [token] : [],
  )
