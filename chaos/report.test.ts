import { expect, test } from 'vitest'
import type { Deed } from './monkey.ts'
import { figuresOf, presentRun, problemsOf } from './report.ts'
import type { ChaosRun } from './runChaos.ts'

const kill = (startMs: number, upMs: number, workedMs = upMs + 100): Deed => ({
  kind: 'kill',
  target: 'server',
  startMs,
  endMs: upMs,
  restart: { spawnedMs: startMs + 100, upMs, workedMs },
})

const item = (killedMs: number, ranMs?: number) => ({
  id: 1,
  attempt: 1,
  kind: 'slice',
  leaseUntilMs: 0,
  member: 'server',
  killedMs,
  ...(ranMs !== undefined && { ranMs }),
})

/** Two kills of the only server, after which what it held ran again at once. */
const goodRun = (): ChaosRun => ({
  settings: {
    form: 'sqlite',
    workers: 0,
    seed: 1,
    tasks: 1,
    kills: 2,
    everyMs: 1,
    without: new Set(),
    keepLogs: false,
  },
  deeds: [kill(10_000, 11_000), kill(40_000, 41_500, 41_900)],
  recoveries: [item(10_000, 11_100), item(40_000, 41_900)],
  findings: [],
  orderCount: 1,
  callCount: 1,
  lostCalls: 0,
  errors: new Map(),
  durationMs: 60_000,
  notDone: [],
})

const withWorkers = (run: ChaosRun): ChaosRun => ({
  ...run,
  settings: { ...run.settings, form: 'postgres', workers: 3 },
})

test('a run in which all was as it should be has no problems, and its times are those of the kills', () => {
  expect(problemsOf(goodRun())).toEqual([])
  expect(figuresOf(goodRun())).toMatchObject({
    kills: 2,
    recoveries: { count: 2, medianMs: 1_900, worstMs: 1_900 },
    sinceSpawn: { medianMs: 1_800, worstMs: 1_800 },
    sinceUp: { worstMs: 400 },
  })
  expect(presentRun(goodRun())).toContain('All as it should be.')
})

const LATE = { ...goodRun(), deeds: [kill(10_000, 11_000, 13_100), kill(40_000, 41_500)] }
const LATER = withWorkers({ ...goodRun(), recoveries: [item(10_000, 27_100)] })

test.each<[string, ChaosRun]>([
  ['a finding', { ...goodRun(), findings: [{ verdict: 'left', what: 'a file' }] }],
  ['a kill that was not done', { ...goodRun(), deeds: [kill(10_000, 11_000)] }],
  ['an error in a log', { ...goodRun(), errors: new Map([['a bug', 1]]) }],
  ['a server that works too late', LATE],
  ['an item that runs again too late', LATER],
  ['an item that never runs again', { ...goodRun(), recoveries: [item(40_000)] }],
])('%s is a problem', (_name, run) => {
  expect(problemsOf(run)).toHaveLength(1)
  expect(presentRun(run)).toContain('Not as it should be: ')
})

test('what comes late because something else was broken is shown, and no problem', () => {
  const freeze: Deed = { kind: 'freeze', target: 'worker 1', startMs: 9_000, endMs: 26_000 }
  for (const run of [LATE, LATER]) expect(problemsOf({ ...run, deeds: [...run.deeds, freeze] })).toEqual([])
})
