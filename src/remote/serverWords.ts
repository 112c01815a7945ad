const MOST_CHARACTERS = 200

/**
 * What a server says about a request that it refuses, as one short line without the key: the message of OpenAI's
 * envelope and of its relatives, or the beginning of a plain text, without a program's stack and without paths of its
 * files. Empty when it says nothing for people.
 */
export function serverWords(body: string, key: string | undefined): string {
  const message = withoutStack(messageIn(body)).replaceAll(FILE_PATH, '…')
  const line = withoutKey(message, key).replaceAll(/\s+/g, ' ').trim()
  return line.length <= MOST_CHARACTERS ? line : `${line.slice(0, MOST_CHARACTERS)}…`
}

function messageIn(body: string): string {
  try {
    return messageOf(JSON.parse(body)) ?? ''
  } catch {
    return body.trimStart().startsWith('<') ? '' : body
  }
}

/** `{error: {message}}`, `{error}`, `{message}`, `{detail}`, `{detail: [{msg}]}`: never what else stands beside it. */
function messageOf(said: unknown): string | undefined {
  if (typeof said === 'string') return said
  if (Array.isArray(said)) return messageOf(said[0])
  if (typeof said !== 'object' || said === null) return undefined
  for (const word of ['error', 'message', 'detail', 'msg'])
    if (Object.hasOwn(said, word)) return messageOf((said as Record<string, unknown>)[word])
  return undefined
}

// Not of a URL, and not a path of the API: those help.
const FILE_PATH = /(?<![\w:/.-])\/(?!v\d)(?:[\w.@-]+\/)+[\w.@-]*/g

/** Python says what is wrong after the stack, JavaScript before it. */
function withoutStack(text: string): string {
  if (/^\s*Traceback\b/m.test(text)) return text.trimEnd().split('\n').at(-1) ?? ''
  return text.split(/\n\s+at /, 1)[0] ?? ''
}

const withoutKey = (text: string, key: string | undefined): string =>
  (key === undefined ? text : text.replaceAll(key, '…')).replaceAll(/bearer\s+\S+/gi, 'Bearer …')

// How TEI, vLLM, Ollama, llama.cpp, LocalAI, Infinity and OpenAI say it.
const TOO_LONG =
  /(too|so) (long|large)|too many tokens|(maximum|max|exceed\w*)\b.{0,40}\b(context|length|tokens)|context (length|size|window)|(fewer|less) than \d+ tokens/i

/** True when these words say that a text is longer than the model takes. */
export const saysTooLong = (words: string): boolean => TOO_LONG.test(words)
