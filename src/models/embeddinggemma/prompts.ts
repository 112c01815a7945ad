import type { TextUse } from '../../domain/model.ts'

/** Published with the model: what stands before a text says what its vector is for. */
const PROMPT: Readonly<Record<TextUse, string>> = {
  query: 'task: search result | query: ',
  document: 'title: none | text: ',
}

export const withPrompt = (text: string, use: TextUse): string => PROMPT[use] + text

/**
 * Breaks up everything in a text that the tokenizer would take for one of these tokens, by a space after its first
 * character: in a user's text they would end the sentence, or stand for a picture that is not there.
 */
export function makeNeutraliser(specialTokens: readonly string[]): (text: string) => string {
  // Looked ahead for, so that one that begins inside another is found too.
  const tokens = specialTokens.filter((token) => token !== '').map((token) => RegExp.escape(token))
  if (tokens.length === 0) return (text) => text
  const beginning = new RegExp(`(?=${tokens.join('|')}).`, 'gsu')
  return (text) => text.replace(beginning, '$& ')
}
