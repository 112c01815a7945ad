import { readFile } from 'node:fs/promises'
import { scenes } from './madeMedia.ts'

/** A video of six seconds that is larger than it looks: a box of MP4 that players skip follows it. */
export async function paddedVideo(paddingBytes: number): Promise<Buffer> {
  const box = Buffer.alloc(paddingBytes)
  for (let at = 8; at + 4 < paddingBytes; at += 4096) box.writeUInt32LE(at, at)
  box.writeUInt32BE(paddingBytes, 0)
  box.write('free', 4)
  return Buffer.concat([await readFile(await scenes(6)), box])
}
