import type { UploadState } from './states.ts'
import type { UserMetadata } from './task.ts'

/** A file that comes in parts, and then becomes the asset whose id is reserved for it. */
export interface Upload {
  id: string
  accountId: string
  assetId: string
  state: UploadState
  filename: string
  userMetadata?: UserMetadata
  wantsThumbnail: boolean
  totalBytes: number
  /** Of every part but the last one, which may be smaller. */
  partBytes: number
  createdMs: number
  updatedMs: number
  expiresMs: number
}

/** A part whose bytes are all there. */
export interface UploadPart {
  /** From 1. */
  number: number
  sizeBytes: number
  /** Hex. */
  md5: string
  writtenMs: number
  /** When the caller said that it knows; the part is final from then on. */
  reportedMs?: number
}

/** An upload has no more parts than this, so that its state is always small. */
const MOST_PARTS = 2_000

const MEBIBYTE = 1024 ** 2

/** How large the parts of a file are: `leastBytes`, or as many whole mebibytes as keep their number in bounds. */
export function partBytesFor(totalBytes: number, leastBytes: number): number {
  const wholeMebibytes = Math.ceil(totalBytes / MOST_PARTS / MEBIBYTE) * MEBIBYTE
  return totalBytes <= leastBytes * MOST_PARTS ? leastBytes : wholeMebibytes
}

type Sizes = Pick<Upload, 'totalBytes' | 'partBytes'>

export const partCount = ({ totalBytes, partBytes }: Sizes): number => Math.ceil(totalBytes / partBytes)

/** Where in the file a part lies. Undefined: the file has no such part. */
export function placeOfPart(
  { totalBytes, partBytes }: Sizes,
  number: number,
): { number: number; offset: number; sizeBytes: number } | undefined {
  const offset = (number - 1) * partBytes
  if (!Number.isInteger(number) || number < 1 || offset >= totalBytes) return undefined
  return { number, offset, sizeBytes: Math.min(partBytes, totalBytes - offset) }
}

/** The state of an upload by the clock, whether anybody has noted it or not. */
export const stateAt = (
  { state, expiresMs }: Pick<Upload, 'state' | 'expiresMs'>,
  nowMs: number,
): UploadState => (state === 'active' && expiresMs <= nowMs ? 'expired' : state)
