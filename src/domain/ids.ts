import type { Clock } from '../lib/clock.ts'

/** Makes ids. Time and chance are arguments, so tests know what comes. */
export interface Ids {
  /** 24 hex digits that sort by the time they were made: 48 bits of milliseconds, 48 bits of chance, never falling. */
  objectId(): string
  /** A random UUID (RFC 9562, version 4). */
  uuid(): string
  /** A UUID that sorts by the time it was made (RFC 9562, version 7), never falling. */
  uuidV7(): string
}

/** `randomBytes(n)` must return n bytes of a cryptographic source. */
export function makeIds(clock: Clock, randomBytes: (count: number) => Uint8Array): Ids {
  let lastMs = 0
  let lastChance = 0n
  let lastV7 = { ms: 0, count: 0 }
  return {
    objectId() {
      const nowMs = Math.max(clock.nowMs(), lastMs)
      // Within one millisecond the chance part counts up, so that a list by id is the order of creation.
      const chance = nowMs === lastMs ? lastChance + 1n : fromBytes(randomBytes(6)) >> 1n
      lastMs = nowMs
      lastChance = chance
      return nowMs.toString(16).padStart(12, '0') + chance.toString(16).padStart(12, '0')
    },
    uuid() {
      const bytes = randomBytes(16)
      bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
      bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
      return withDashes(Buffer.from(bytes).toString('hex'))
    },
    uuidV7() {
      // RFC 9562, section 6.2, method 1: the 12 bits after the version count up within a millisecond. They begin in the
      // lower half; should they run out, the time runs ahead.
      const [first = 0, second = 0, ...rest] = randomBytes(10)
      const nowMs = clock.nowMs()
      if (nowMs > lastV7.ms) lastV7 = { ms: nowMs, count: ((first & 0x07) << 8) | second }
      else if (lastV7.count < 0xfff) lastV7 = { ms: lastV7.ms, count: lastV7.count + 1 }
      else lastV7 = { ms: lastV7.ms + 1, count: 0 }
      rest[0] = ((rest[0] ?? 0) & 0x3f) | 0x80
      const time = lastV7.ms.toString(16).padStart(12, '0')
      const count = lastV7.count.toString(16).padStart(3, '0')
      return withDashes(`${time}7${count}${Buffer.from(rest).toString('hex')}`)
    },
  }
}

const withDashes = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`

const fromBytes = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
