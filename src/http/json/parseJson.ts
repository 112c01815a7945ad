import { EmbedlineError } from '../../domain/errors.ts'

/** Reads bytes as JSON. Throws `request_invalid` for what is no UTF-8, or no JSON. */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decode(bytes)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new EmbedlineError('request_invalid', 'The request body is not valid JSON.', { cause })
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new EmbedlineError('request_invalid', 'The request body is not valid UTF-8.', { cause })
  }
}
