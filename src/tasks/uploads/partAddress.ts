import { createHmac, timingSafeEqual } from 'node:crypto'
import { EmbedlineError } from '../../domain/errors.ts'
import { partCount, type Upload } from '../../domain/upload.ts'
import { isKeyValid } from '../authenticate.ts'
import type { TaskParts } from '../parts.ts'

/** Whoever has one may write one part of an upload, without a key. */
export interface PartAddress {
  uploadId: string
  /** From 1. */
  number: number
  /** The key that it was given to: the address is good as long as that is. */
  keyId: string
  expiresMs: number
  /** Hex. */
  signature: string
}

const VALID_MS = 3_600_000

type Parts = Pick<TaskParts, 'signingKey' | 'clock'>

/** Addresses of at most `count` parts from `first` on; none is valid longer than an hour, or than its upload. */
export function addressParts(
  parts: Parts,
  upload: Upload,
  { keyId = '', first, count }: { keyId?: string | undefined; first: number; count: number },
): PartAddress[] {
  const expiresMs = Math.min(parts.clock.nowMs() + VALID_MS, upload.expiresMs)
  const last = Math.min(first + count - 1, partCount(upload))
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => {
    const address = { uploadId: upload.id, number: first + at, keyId, expiresMs }
    return { ...address, signature: sign(parts, address).toString('hex') }
  })
}

/**
 * Throws `upload_refused` for an address that this server has not made, for one whose time is over, and for one that was
 * given to a key that is not valid any more.
 */
export async function checkAddress(
  parts: Parts & Pick<TaskParts, 'store'>,
  { signature, ...address }: PartAddress,
): Promise<void> {
  const right = sign(parts, address)
  const given = Buffer.from(signature, 'hex')
  if (given.length !== right.length || !timingSafeEqual(given, right))
    throw new EmbedlineError('upload_refused', 'The signature is not that of this address.', {
      reason: 'signature',
    })
  if (parts.clock.nowMs() >= address.expiresMs)
    throw new EmbedlineError('upload_refused', 'The time of this address is over; ask for another one.', {
      reason: 'address_expired',
    })
  if (!(await isKeyValid(parts, address.keyId)))
    throw new EmbedlineError(
      'upload_refused',
      'The key that this address was given to is not valid any more; ask for another address with another key.',
      { reason: 'key_ended' },
    )
}

const sign = (
  { signingKey }: Parts,
  { uploadId, number, keyId, expiresMs }: Omit<PartAddress, 'signature'>,
) => createHmac('sha256', signingKey).update(`part/${uploadId}/${number}/${expiresMs}/${keyId}`).digest()
