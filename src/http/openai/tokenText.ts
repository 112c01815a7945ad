import { EmbedlineError } from '../../domain/errors.ts'

/** The table of an encoding: tokens in the order of their numbers, in base64; and those beyond it. */
interface Ranks {
  bpe_ranks: string
  special_tokens: Readonly<Record<string, number>>
}

let table: Promise<readonly (string | undefined)[]> | undefined

/**
 * The text of tokens of `cl100k_base`, the encoding of the contract's models. What a cut has left of a character becomes
 * U+FFFD. Throws `request_invalid` for a number that is no token.
 */
export async function textOfTokens(tokens: readonly number[]): Promise<string> {
  const known = await (table ??= readTable())
  const pieces = tokens.map((token) => {
    const base64 = known[token]
    if (base64 !== undefined) return Buffer.from(base64, 'base64')
    throw new EmbedlineError('request_invalid', `${token} is no token of cl100k_base.`, { field: 'input' })
  })
  return Buffer.concat(pieces).toString()
}

/** In base64, by the numbers of the tokens. */
async function readTable(): Promise<readonly (string | undefined)[]> {
  const { default: ranks } = (await import('js-tiktoken/ranks/cl100k_base')) as { default: Ranks }
  const known: string[] = []
  for (const line of ranks.bpe_ranks.split('\n')) {
    const [, first, ...tokens] = line.split(' ')
    for (const [index, token] of tokens.entries()) known[Number(first) + index] = token
  }
  for (const [text, token] of Object.entries(ranks.special_tokens))
    known[token] = Buffer.from(text).toString('base64')
  return known
}
