import type { Finding, Verdict } from './checkHistory.ts'
import type { Deed } from './monkey.ts'
import type { DeedKind } from './plan.ts'
import type { Recovery } from './recoveries.ts'
import type { ChaosRun } from './runChaos.ts'

/** What a dispatcher holds an item for, until somebody else may have it. */
const LEASE_MS = 15_000

/** A killed worker's item runs again within a lease and this; an embedded server works within this of its restart. */
export const MOST_MS = 2_000

/** Deeds while which, and shortly after which, nobody can be expected to take anything up. */
const HINDERING: ReadonlySet<DeedKind> = new Set(['freeze', 'restartDatabase', 'breakStore', 'fillDisk'])
const AFTERMATH_MS = 6_000

interface Spread {
  count: number
  medianMs: number
  worstMs: number
}

export interface Figures {
  kills: number
  killsOf: ReadonlyMap<string, number>
  /** From the kill of a holder to its item running again. */
  recoveries: Spread
  /** Those of them that nothing else hindered. */
  unhindered: Spread
  /** From a restart of the only server to the first item that it has: since it was started, and since it was up. */
  sinceSpawn: Spread
  sinceUp: Spread
  verdicts: Readonly<Record<Verdict, number>>
}

export function figuresOf({ settings, deeds, recoveries, findings }: ChaosRun): Figures {
  const kills = deeds.filter(({ kind }) => kind === 'kill')
  const ran = recoveries.filter(hasRun)
  const lasted = (those: readonly (Recovery & { ranMs: number })[]) =>
    spreadOf(those.map(({ ranMs, killedMs }) => ranMs - killedMs))
  const restarts = settings.workers === 0 ? restartsOf(deeds) : []
  return {
    kills: kills.length,
    killsOf: countOf(kills.map(({ target }) => target)),
    recoveries: lasted(ran),
    unhindered: lasted(ran.filter((each) => !isHindered(each, deeds))),
    sinceSpawn: spreadOf(restarts.map(({ spawnedMs, workedMs }) => workedMs - spawnedMs)),
    sinceUp: spreadOf(restarts.map(({ upMs, workedMs }) => Math.max(0, workedMs - upMs))),
    verdicts: verdictsOf(findings),
  }
}

const hasRun = (recovery: Recovery): recovery is Recovery & { ranMs: number } => recovery.ranMs !== undefined

const isHindered = (
  { killedMs, ranMs = Number.POSITIVE_INFINITY }: Pick<Recovery, 'killedMs' | 'ranMs'>,
  deeds: readonly Deed[],
) =>
  deeds.some(
    ({ kind, startMs, endMs }) => HINDERING.has(kind) && startMs <= ranMs && endMs + AFTERMATH_MS >= killedMs,
  )

/** Of each start of the only server for which there was work, and which nothing else hindered, when it had some. */
const restartsOf = (deeds: readonly Deed[]) =>
  deeds.flatMap(({ kind, startMs, restart }) => {
    const workedMs = restart?.workedMs
    if (kind !== 'kill' || !restart || workedMs === undefined) return []
    return isHindered({ killedMs: startMs, ranMs: workedMs }, deeds) ? [] : [{ ...restart, workedMs }]
  })

/** What the run does not keep of what is promised, in sentences. */
export function problemsOf(run: ChaosRun): string[] {
  const { unhindered, sinceUp, verdicts, kills } = figuresOf(run)
  const isAlone = run.settings.workers === 0
  const problems = Object.entries(verdicts).flatMap(([verdict, count]) =>
    count > 0 ? [`${count} ${verdict}`] : [],
  )
  if (kills < run.settings.kills) problems.push(`only ${kills} kills`)
  if (isAlone && sinceUp.worstMs > MOST_MS)
    problems.push(`a server worked ${seconds(sinceUp.worstMs)} after its restart`)
  if (!isAlone && unhindered.worstMs > LEASE_MS + MOST_MS)
    problems.push(`an item ran again ${seconds(unhindered.worstMs)} after its holder was killed`)
  const errorCount = run.errors.values().reduce((sum, times) => sum + times, 0)
  if (errorCount > 0) problems.push(`${errorCount} errors in logs`)
  const open = run.recoveries.filter((each) => !hasRun(each)).length
  if (open > 0) problems.push(`${open} items of dead holders never ran again`)
  return problems
}

/** The table of a run, as Markdown. */
export function presentRun(run: ChaosRun): string {
  const { settings, deeds, findings, errors } = run
  const figures = figuresOf(run)
  const count = (kind: DeedKind) => deeds.filter((deed) => deed.kind === kind).length
  const isAlone = settings.workers === 0
  const rows: [string, string | number][] = [
    ['form', isAlone ? 'SQLite, one server' : `PostgreSQL and S3, one server, ${settings.workers} workers`],
    ['seed', settings.seed],
    ['orders, at least so many tasks', `${run.orderCount}, ${settings.tasks}`],
    ['requests, of which without an answer', `${run.callCount}, ${run.lostCalls}`],
    ['kills', [...figures.killsOf].map(([name, times]) => `${name} ${times}`).join(', ')],
    ['kills of compute processes', count('killChild')],
    ['freezes past the lease', count('freeze')],
    ['crashes of the database', count('restartDatabase')],
    ['store broken', count('breakStore')],
    ['disk filled', count('fillDisk')],
    ['items of killed holders', figures.recoveries.count],
    ['running again after (median, worst)', present(figures.recoveries)],
    ['the same, where nothing else was broken', present(figures.unhindered)],
    ...(isAlone
      ? ([
          ['working after the start of the process (median, worst)', present(figures.sinceSpawn)],
          ['working after it listens (median, worst)', present(figures.sinceUp)],
        ] as [string, string][])
      : ([['worst less the lease of 15 s', seconds(figures.unhindered.worstMs - LEASE_MS)]] as [
          string,
          string,
        ][])),
    ...(Object.entries(figures.verdicts) as [string, number][]),
    ['took', seconds(run.durationMs)],
  ]
  const problems = problemsOf(run)
  return [
    '| what | |\n| --- | --- |',
    ...rows.map(([what, figure]) => `| ${what} | ${figure} |`),
    '',
    ...findings.slice(0, 50).map(({ verdict, what }) => `${verdict}: ${what}`),
    ...[...errors].map(([message, times]) => `in the log ${times} times: ${message}`),
    ...run.notDone,
    ...(run.logs === undefined ? [] : [`The logs are in ${run.logs}.`]),
    problems.length === 0 ? 'All as it should be.' : `Not as it should be: ${problems.join('; ')}.`,
  ].join('\n')
}

const verdictsOf = (findings: readonly Finding[]): Record<Verdict, number> => {
  const verdicts = { lost: 0, duplicated: 0, wrong: 0, stuck: 0, left: 0 }
  for (const { verdict } of findings) verdicts[verdict]++
  return verdicts
}

function countOf(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const word of words.toSorted()) counts.set(word, (counts.get(word) ?? 0) + 1)
  return counts
}

function spreadOf(durationsMs: readonly number[]): Spread {
  const sorted = durationsMs.toSorted((one, other) => one - other)
  return {
    count: sorted.length,
    medianMs: sorted[Math.floor(sorted.length / 2)] ?? 0,
    worstMs: sorted.at(-1) ?? 0,
  }
}

const present = ({ count, medianMs, worstMs }: Spread) =>
  count === 0 ? 'none' : `${seconds(medianMs)}, ${seconds(worstMs)} (${count})`

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`
