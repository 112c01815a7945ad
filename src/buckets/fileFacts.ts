import type { BigIntStats } from 'node:fs'

export interface FileFacts {
  sizeBytes: number
  modifiedMs: number
  changeToken: string
}

/**
 * A file that is replaced is another inode, one that is written has another time. The time a file was last moved or
 * given to somebody else does not count, or a change of its owner would be one of its content.
 */
export const fileFacts = ({ size, mtimeNs, mtimeMs, ino }: BigIntStats): FileFacts => ({
  sizeBytes: Number(size),
  modifiedMs: Number(mtimeMs),
  changeToken: [mtimeNs, size, ino].map((number) => number.toString(36)).join('-'),
})
