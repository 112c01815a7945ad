import { createHash } from 'node:crypto'
import type { SentParts } from '../objects.ts'

export interface WatchedParts {
  /** Takes the next bytes. */
  take(bytes: Uint8Array): void
  /** To be asked once, at the end: whether all that was taken are the parts as they were sent. */
  areRight(): boolean
}

export function watchParts({ partBytes, md5s }: SentParts): WatchedParts {
  const found: string[] = []
  let hash = createHash('md5')
  let filledBytes = 0

  function endPart(): void {
    found.push(hash.digest('hex'))
    hash = createHash('md5')
    filledBytes = 0
  }

  return {
    take(bytes) {
      for (let at = 0; at < bytes.length;) {
        const piece = bytes.subarray(at, at + partBytes - filledBytes)
        hash.update(piece)
        filledBytes += piece.length
        at += piece.length
        if (filledBytes === partBytes) endPart()
      }
    },
    areRight() {
      if (filledBytes > 0) endPart()
      return found.length === md5s.length && found.every((md5, at) => md5 === md5s[at])
    },
  }
}
