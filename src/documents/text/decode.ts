import type { Charset } from './charset.ts'

/** Turns the bytes of a file into text whose lines end in `\n`. What cannot be decoded becomes U+FFFD. */
export async function* decode(chunks: AsyncIterable<Buffer>, charset: Charset): AsyncGenerator<string, void> {
  const decoder = charset.label.startsWith('utf-32')
    ? makeUtf32Decoder(charset.label)
    : makeDecoder(charset.label)
  const lineEnds = makeLineEnds()
  let marks = charset.markBytes
  for await (const chunk of chunks) {
    const text = lineEnds(decoder(chunk.subarray(marks)))
    marks = Math.max(0, marks - chunk.length)
    if (text !== '') yield text
  }
  const rest = lineEnds(decoder(undefined)) + lineEnds(undefined)
  if (rest !== '') yield rest
}

/** Takes the next bytes, or undefined at the end. */
type Decoder = (chunk: Buffer | undefined) => string

function makeDecoder(label: string): Decoder {
  const decoder = new TextDecoder(label, { ignoreBOM: true })
  return (chunk) => (chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode())
}

const REPLACEMENT = 0xfffd

function makeUtf32Decoder(label: string): Decoder {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    if (!chunk) return rest.length > 0 ? String.fromCodePoint(REPLACEMENT) : ''
    const bytes = Buffer.concat([rest, chunk])
    const wholeBytes = bytes.length - (bytes.length % 4)
    rest = bytes.subarray(wholeBytes)
    const parts: string[] = []
    for (let at = 0; at < wholeBytes; at += 4) {
      const code = label === 'utf-32le' ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at)
      parts.push(String.fromCodePoint(isCharacter(code) ? code : REPLACEMENT))
    }
    return parts.join('')
  }
}

const isCharacter = (code: number): boolean => code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)

/** Turns `\r\n` and `\r` into `\n`, also when the two come in different chunks. */
function makeLineEnds(): (text: string | undefined) => string {
  let heldReturn = ''
  return (text) => {
    if (text === undefined) return heldReturn === '' ? '' : '\n'
    const whole = heldReturn + text
    heldReturn = whole.endsWith('\r') ? '\r' : ''
    const kept = heldReturn === '' ? whole : whole.slice(0, -1)
    return kept.includes('\r') ? kept.replaceAll(/\r\n?/g, '\n') : kept
  }
}
