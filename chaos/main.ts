import { parseArgs } from 'node:util'
import { DEEDS, type DeedKind } from './plan.ts'
import { presentRun, problemsOf } from './report.ts'
import { runChaos, type ChaosSettings } from './runChaos.ts'

// `npm run chaos -- --form sqlite --seed 7 --tasks 500 --kills 200`: the same seed asks for the same and does the same in
// the same order; when exactly each kill hits is up to the machine.

const { values } = parseArgs({
  options: {
    form: { type: 'string', default: 'postgres' },
    workers: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    tasks: { type: 'string', default: '500' },
    kills: { type: 'string', default: '200' },
    'every-ms': { type: 'string', default: '1000' },
    without: { type: 'string', default: '' },
    'keep-logs': { type: 'boolean', default: false },
  },
})

if (values.form !== 'sqlite' && values.form !== 'postgres') throw new Error('--form is sqlite or postgres')
const without = values.without.split(',').filter((word) => word !== '')
const unknown = without.find((word) => !(DEEDS as readonly string[]).includes(word))
if (unknown !== undefined) throw new Error(`--without ${unknown}: it is one of ${DEEDS.join(', ')}`)

const settings: ChaosSettings = {
  form: values.form,
  workers: values.form === 'sqlite' ? 0 : Number(values.workers),
  seed: Number(values.seed),
  tasks: Number(values.tasks),
  kills: Number(values.kills),
  everyMs: Number(values['every-ms']),
  without: new Set(without as DeedKind[]),
  keepLogs: values['keep-logs'],
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

const startMs = performance.now()
const run = await runChaos(settings, (line) =>
  console.error(`${((performance.now() - startMs) / 1000).toFixed(0).padStart(4)} s  ${line}`),
)
console.log(presentRun(run))
process.exitCode = problemsOf(run).length > 0 ? 1 : 0
