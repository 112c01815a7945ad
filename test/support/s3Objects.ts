import { onTestFinished, vi } from 'vitest'
import { openS3Objects } from '../../src/objects/s3/openS3.ts'
import type { Objects } from '../../src/objects/objects.ts'
import { s3Server, S3_CREDENTIALS, type S3Server } from './s3Server.ts'
import { temporaryFolder } from './temporaryFolder.ts'

/** Bytes in an S3 store of the test's own, of which this machine holds none. */
export async function s3Objects(): Promise<{ objects: Objects; server: S3Server }> {
  for (const [name, value] of Object.entries(S3_CREDENTIALS)) vi.stubEnv(name, value)
  const server = await s3Server()
  const objects = await openS3Objects({
    settings: server.settings,
    folder: await temporaryFolder(),
    cacheBytes: 0,
    clock: { nowMs: () => Date.now() },
    logger: { warn: () => {} },
    random: () => 0.5,
    pace: { attempts: 3, firstPauseMs: 1, longestPauseMs: 5 },
  })
  onTestFinished(async () => {
    await objects.close()
    await server.close()
    vi.unstubAllEnvs()
  })
  return { objects, server }
}
