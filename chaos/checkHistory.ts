import type { FinalRows, History, Leftovers, TaskResult } from './history.ts'
import { partsOf, type Order } from './scenario.ts'

/**
 * `lost`: acknowledged and not there, or done and not told. `duplicated`: there or told more than once. `wrong`: another
 * result than without disturbance. `stuck`: never ended. `left`: still there when all was over.
 */
export type Verdict = 'lost' | 'duplicated' | 'wrong' | 'stuck' | 'left'

export interface Finding {
  verdict: Verdict
  what: string
}

export interface Evidence {
  orders: readonly Order[]
  history: History
  rows: FinalRows
  leftovers: Leftovers
  /** What the same orders came to on a server that nobody disturbed. */
  undisturbed: TaskResult[]
}

/** Everything that a run should not have come to. Empty: nothing was lost, nothing twice, nothing wrong, nothing stuck. */
export const checkHistory = (evidence: Evidence): Finding[] => [
  ...checkAcknowledged(evidence),
  ...checkIdentity(evidence),
  ...checkResults(evidence),
  ...checkEvents(evidence),
  ...checkEnds(evidence),
  ...checkLeftovers(evidence),
]

const finding =
  (verdict: Verdict) =>
  (what: string): Finding => ({ verdict, what })
const lost = finding('lost')
const duplicated = finding('duplicated')
const wrong = finding('wrong')
const stuck = finding('stuck')
const left = finding('left')

const nameOf = ({ order, part }: { order: string; part: number }) => `${order}#${part}`

function checkAcknowledged({ history, rows }: Evidence): Finding[] {
  const tasks = new Set(rows.tasks.map(({ id }) => id))
  const assets = new Set(rows.assets.map(({ id }) => id))
  const isMissing = (known: Set<string>, id: string) => !known.has(id) && !history.removed.has(id)
  return [
    ...history.acknowledgements
      .filter(({ taskId }) => isMissing(tasks, taskId))
      .map((each) => lost(`the task ${each.taskId} of ${nameOf(each)} was acknowledged and is not there`)),
    ...history.assets
      .filter((id) => isMissing(assets, id))
      .map((id) => lost(`the asset ${id} was acknowledged and is not there`)),
    ...[...tasks, ...assets]
      .filter((id) => history.removed.has(id))
      .map((id) => lost(`the removal of ${id} was acknowledged, and it is there`)),
  ]
}

/** A create that is sent again makes no second task, and two orders never share one. */
function checkIdentity({ history, rows }: Evidence): Finding[] {
  const idsOf = Map.groupBy(history.acknowledgements, nameOf)
  const ownersOf = Map.groupBy(history.acknowledgements, ({ taskId }) => taskId)
  const distinct = <T>(values: readonly T[]) => [...new Set(values)]
  return [
    ...[...idsOf].flatMap(([name, all]) => {
      const ids = distinct(all.map(({ taskId }) => taskId))
      return ids.length > 1 ? [duplicated(`${name} became the tasks ${ids.join(', ')}`)] : []
    }),
    ...[...ownersOf].flatMap(([id, all]) => {
      const names = distinct(all.map(nameOf))
      return names.length > 1 ? [wrong(`the task ${id} was given to ${names.join(', ')}`)] : []
    }),
    ...rows.tasks
      .filter(({ id }) => !ownersOf.has(id))
      .map(({ id }) => duplicated(`the task ${id} is there, and no client knows of it`)),
    ...repeated(rows.tasks.map(({ id }) => id)).map((id) => duplicated(`the task ${id} has several rows`)),
  ]
}

function checkResults({ orders, history, undisturbed }: Evidence): Finding[] {
  const expected = new Map(undisturbed.map((result) => [nameOf(result), result]))
  const read = new Set(history.results.map(nameOf))
  const known = orders.flatMap((order) =>
    Array.from({ length: partsOf(order) }, (_, part) => nameOf({ order: order.name, part })),
  )
  return [
    ...known
      .filter((name) => !expected.has(name))
      .map((name) => wrong(`${name} has no undisturbed result to be compared with`)),
    ...known.filter((name) => !read.has(name)).map((name) => lost(`the result of ${name} was never read`)),
    ...history.results.flatMap((result) => compare(result, expected.get(nameOf(result)))),
    ...history.calls
      .filter(({ outcome }) => 'status' in outcome && outcome.status === 500)
      .map(({ order, method, path }) => wrong(`${order}: ${method} ${path} was answered by 500`)),
  ]
}

function compare(result: TaskResult, expected: TaskResult | undefined): Finding[] {
  const name = nameOf(result)
  if (!expected) return [wrong(`${name} has a result that nobody asked for`)]
  const twice = repeated(result.rows)
    .filter((row) => !repeated(expected.rows).includes(row))
    .map((row) => duplicated(`${name} has twice: ${row}`))
  if (twice.length > 0) return twice
  if (result.state !== expected.state)
    return [wrong(`${name} is ${result.state}, and undisturbed ${expected.state}`)]
  const at = expected.rows.findIndex((row, index) => row !== result.rows[index])
  if (at !== -1 || result.rows.length !== expected.rows.length)
    return [
      wrong(
        `${name} has ${result.rows.length} rows, undisturbed ${expected.rows.length}; the first that differs is ` +
          `${result.rows[at === -1 ? expected.rows.length : at]} instead of ${expected.rows[at]}`,
      ),
    ]
  return []
}

/** Of each task one beginning and one end, and whoever watches is told each event once. */
function checkEvents({ history, rows }: Evidence): Finding[] {
  const seen = Map.groupBy(history.events, ({ id }) => id)
  const recorded = Map.groupBy(rows.events, ({ taskId }) => taskId)
  return [
    ...rows.tasks.flatMap(({ id }) =>
      (['created', 'ended'] as const).flatMap((kind) => {
        const count = (recorded.get(id) ?? []).filter((event) => event.kind === kind).length
        if (count === 1) return []
        return [(count === 0 ? lost : duplicated)(`the task ${id} has ${count} events "${kind}"`)]
      }),
    ),
    ...[...seen.values()]
      .filter((all) => all.length > 1)
      .map(([event]) => duplicated(`the event ${event?.id} was told several times`)),
    ...rows.events
      .filter(({ id }) => !seen.has(id))
      .map(({ id, taskId, kind }) => lost(`the event ${id} (${kind} of ${taskId}) was never told`)),
    ...[...Map.groupBy(history.events, ({ taskId }) => taskId)].flatMap(([id, events]) => {
      const ends = new Set(events.filter(({ kind }) => kind === 'ended').map((event) => event.id)).size
      return ends > 1 ? [duplicated(`the end of ${id} was told ${ends} times`)] : []
    }),
  ]
}

const FINAL: ReadonlySet<string> = new Set(['ready', 'partial', 'failed', 'cancelled'])

function checkEnds({ history, rows }: Evidence): Finding[] {
  return [
    ...history.givenUp.map(({ order, why }) => stuck(`${order} came to no end: ${why}`)),
    ...rows.tasks
      .filter(({ state }) => !FINAL.has(state))
      .map(({ id, state }) => stuck(`the task ${id} is still ${state}`)),
    ...rows.assets
      .filter(({ state }) => state === 'processing')
      .map(({ id }) => stuck(`the asset ${id} was never looked at`)),
    ...rows.openItems.map(({ id, kind, taskId, state }) =>
      stuck(`the item ${id} (${kind} of ${taskId}) is still ${state}`),
    ),
  ]
}

const checkLeftovers = ({ rows, leftovers }: Evidence): Finding[] => [
  ...rows.orphans.map(left),
  ...leftovers.processes.map((text) => left(`a process: ${text}`)),
  ...leftovers.files.map((path) => left(`a file: ${path}`)),
  ...leftovers.objects.map(left),
]

function repeated<T>(values: readonly T[]): T[] {
  const once = new Set<T>()
  return [...new Set(values.filter((value) => once.size === once.add(value).size))]
}
