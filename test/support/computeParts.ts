import { onTestFinished } from 'vitest'
import { type ComputeParts, type RunningCompute, startCompute } from '../../src/compute/pool.ts'
import { readConfig } from '../../src/config.ts'
import { limitsNamed } from '../../src/domain/limits.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { makeLogger } from '../../src/lib/logger.ts'
import { BUILTIN_ONLY } from '../../src/models/settings.ts'
import { findTools } from '../../src/media/tools.ts'

/** Starts compute children that go with the test, one unless told otherwise, and keeps what they log. */
export async function withCompute(
  over: Partial<ComputeParts> = {},
): Promise<{ compute: RunningCompute; log: string[] }> {
  const log: string[] = []
  const compute = startCompute({
    count: 1,
    tools: findTools(),
    limits: limitsNamed('ours'),
    models: BUILTIN_ONLY,
    environment: readConfig().programEnvironment,
    residentLimitBytes: 2e9,
    clock: systemClock,
    logger: makeLogger({ write: (line) => void log.push(line), clock: systemClock, level: 'debug' }),
    ...over,
  })
  onTestFinished(() => compute.close(0))
  return { compute, log }
}
