// Embeds the file that is named on the command line, never settles its first slice, and tells the pid of its child.
import { startCompute } from '../../src/compute/pool.ts'
import { readConfig } from '../../src/config.ts'
import { limitsNamed } from '../../src/domain/limits.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { makeLogger } from '../../src/lib/logger.ts'
import { findTools } from '../../src/media/tools.ts'
import { BUILTIN_ONLY } from '../../src/models/settings.ts'
import { sliceWork } from './sliceWork.ts'

const compute = startCompute({
  count: 1,
  tools: findTools(),
  limits: limitsNamed('ours'),
  models: BUILTIN_ONLY,
  environment: readConfig().programEnvironment,
  residentLimitBytes: 2e9,
  clock: systemClock,
  logger: makeLogger({ write: () => {}, clock: systemClock, level: 'error' }),
})
const work = await sliceWork(compute, process.argv[2] ?? '')
await compute.embedSlices(
  work,
  () => {
    process.stdout.write(`${compute.stats().children[0]?.pid}\n`)
    return new Promise(() => {})
  },
  new AbortController().signal,
)
