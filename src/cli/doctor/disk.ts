import { statfs } from 'node:fs/promises'
import type { Check } from './check.ts'

/** Below this the database itself is in danger; below `ROOMY_BYTES` one large upload fills the disk. */
const LEAST_BYTES = 200e6
const ROOMY_BYTES = 5e9

/** `folder` must exist. */
export async function checkDisk(folder: string): Promise<Check> {
  const { bavail, bsize } = await statfs(folder)
  return judgeFreeBytes(bavail * bsize, folder)
}

/** Exported for the test: what to say of so much free space. */
export function judgeFreeBytes(freeBytes: number, folder: string): Check {
  const state = freeBytes < LEAST_BYTES ? 'fail' : freeBytes < ROOMY_BYTES ? 'warn' : 'ok'
  const message = `${(freeBytes / 1e9).toFixed(1)} GB free in ${folder}`
  if (state === 'ok') return { name: 'disk', state, message }
  return {
    name: 'disk',
    state,
    message,
    advice: 'Free some space, or choose a folder on another disk with --data: uploads may have 4 GB.',
  }
}
