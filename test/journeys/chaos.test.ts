import { expect, test } from 'vitest'
import { problemsOf } from '../../chaos/report.ts'
import { runChaos } from '../../chaos/runChaos.ts'

// `npm run chaos` is the long form: more of everything, PostgreSQL, S3 and workers, frozen processes, full disks.
test(
  'a server that is killed by chance at mixed work: nothing lost, nothing twice, nothing wrong, nothing left',
  { timeout: 180_000 },
  async () => {
    const run = await runChaos({
      form: 'sqlite',
      workers: 0,
      seed: 991,
      tasks: 12,
      kills: 3,
      everyMs: 300,
      without: new Set(['freeze', 'fillDisk']),
      keepLogs: false,
    })
    expect({ findings: run.findings, problems: problemsOf(run), errors: [...run.errors] }).toEqual({
      findings: [],
      problems: [],
      errors: [],
    })
  },
)
