const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const LETTER_U = 0x75

/** Keys longer than this are not remembered: none that anybody asks for is. */
const KEY_BYTES = 256

/** Stands for what was escaped and is no ASCII character; never part of base64. */
const NOT_ASCII = 0xff

/** A piece of the text, in order: what stays, and of each diverted string its begin, its characters, its end. */
export type JsonPart =
  | { part: 'kept'; bytes: Uint8Array }
  /** `path` leads to the string: `video.media_source.base64_string`, `sources[2].base64_string`. */
  | { part: 'begin'; path: string }
  | { part: 'characters'; bytes: Uint8Array }
  | { part: 'end' }

export interface StringScanner {
  /** The parts of the next bytes of the text. All of them must be taken before the next call. */
  scan(chunk: Uint8Array): Generator<JsonPart, void>
}

/** What encloses a place in the text; an array counts its values, an object remembers its last key. */
type Container = { kind: 'array'; index: number } | { kind: 'object'; key: string; isKeyNext: boolean }

/**
 * Takes JSON text in chunks and diverts every string that is the value of `key`, however the key is spelled, so that a
 * string of any length passes without being held. Of a diverted string the quotes are kept; its ASCII characters come
 * unescaped, what is no ASCII or no valid escape comes as bytes above 0x7f. Nothing else is checked: the caller parses
 * what is kept, and thereby learns whether the text was JSON.
 */
export function makeStringScanner(key: string): StringScanner {
  const containers: Container[] = []
  let state: 'outside' | 'key' | 'value' | 'diverted' = 'outside'
  let keyBytes: number[] = []
  let isEscaped = false
  /** The characters of an escape that began in a diverted string and has not ended. */
  let escape = ''

  const inner = () => containers.at(-1)

  function open(byte: number): void {
    containers.push(
      byte === OPEN_ARRAY ? { kind: 'array', index: 0 } : { kind: 'object', key: '', isKeyNext: true },
    )
  }

  function beginString(): 'key' | 'value' | 'diverted' {
    const container = inner()
    if (container?.kind !== 'object') return 'value'
    if (!container.isKeyNext) return container.key === key ? 'diverted' : 'value'
    keyBytes = []
    return 'key'
  }

  function outside(byte: number): void {
    const container = inner()
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) open(byte)
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) containers.pop()
    else if (byte === COMMA && container?.kind === 'array') container.index++
    else if (byte === COMMA && container?.kind === 'object') container.isKeyNext = true
    else if (byte === COLON && container?.kind === 'object') container.isKeyNext = false
    else if (byte === QUOTE) state = beginString()
  }

  /** Inside a string that stays: only its end matters, and what it says if it is a key. */
  function keptString(byte: number): void {
    const isEnd = byte === QUOTE && !isEscaped
    if (!isEnd && state === 'key' && keyBytes.length < KEY_BYTES) keyBytes.push(byte)
    isEscaped = byte === BACKSLASH && !isEscaped
    if (!isEnd) return
    const container = inner()
    if (state === 'key' && container?.kind === 'object') container.key = readKey(keyBytes)
    state = 'outside'
  }

  function path(): string {
    return containers
      .map((each) => (each.kind === 'array' ? `[${each.index}]` : `.${each.key}`))
      .join('')
      .replace(/^\./, '')
  }

  /** The unescaped characters from `from` on, and where the string ends: behind `chunk` if it does not end in it. */
  function characters(chunk: Uint8Array, from: number): { bytes: Uint8Array; end: number } {
    const quote = chunk.indexOf(QUOTE, from)
    const end = quote === -1 ? chunk.length : quote
    if (escape === '' && !chunk.subarray(from, end).includes(BACKSLASH))
      return { bytes: chunk.subarray(from, end), end }
    return unescaped(chunk, from)
  }

  function unescaped(chunk: Uint8Array, from: number): { bytes: Uint8Array; end: number } {
    const bytes = new Uint8Array(chunk.length - from)
    let length = 0
    let at = from
    for (; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0
      if (escape === '') {
        if (byte === QUOTE) break
        if (byte === BACKSLASH) escape = '\\'
        else bytes[length++] = byte
        continue
      }
      escape += String.fromCharCode(byte)
      if (escape.length < (escape.charCodeAt(1) === LETTER_U ? 6 : 2)) continue
      bytes[length++] = readEscape(escape)
      escape = ''
    }
    return { bytes: bytes.subarray(0, length), end: at }
  }

  return {
    *scan(chunk) {
      let keptFrom = 0
      let at = 0
      while (at < chunk.length) {
        if (state === 'diverted') {
          const { bytes, end } = characters(chunk, at)
          if (bytes.length > 0) yield { part: 'characters', bytes }
          at = keptFrom = end
          if (end === chunk.length) return
          state = 'outside'
          yield { part: 'end' }
          at++
          continue
        }
        const byte = chunk[at++] ?? 0
        if (state === 'outside') outside(byte)
        else keptString(byte)
        if (isDiverted()) {
          yield { part: 'kept', bytes: chunk.subarray(keptFrom, at) }
          yield { part: 'begin', path: path() }
        }
      }
      if (state !== 'diverted' && keptFrom < chunk.length)
        yield { part: 'kept', bytes: chunk.subarray(keptFrom) }
    },
  }

  // A function, because the compiler does not see that `outside` changes the state.
  function isDiverted(): boolean {
    return state === 'diverted'
  }
}

function readKey(bytes: readonly number[]): string {
  const text = Buffer.from(bytes).toString()
  if (!text.includes('\\')) return text
  try {
    return String(JSON.parse(`"${text}"`))
  } catch {
    return text
  }
}

/** The byte of a whole escape such as `\/` or `\u002f`. */
function readEscape(escape: string): number {
  try {
    const code = String(JSON.parse(`"${escape}"`)).charCodeAt(0)
    return code < 0x80 ? code : NOT_ASCII
  } catch {
    return NOT_ASCII
  }
}
