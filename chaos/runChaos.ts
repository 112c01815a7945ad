import { embedline } from '../src/client/client.ts'
import { chanceFrom } from '../test/support/unitVectors.ts'
import { checkHistory, type Finding } from './checkHistory.ts'
import { readFinalRows } from './finalRows.ts'
import { emptyHistory, type FinalRows, type TaskResult } from './history.ts'
import { video } from './materials.ts'
import { openInstallation, type Form, type Installation } from './installation.ts'
import { findLeftovers, waitUntilClean } from './leftovers.ts'
import { runMonkey, type Deed } from './monkey.ts'
import { carryOut, readAgain } from './orders.ts'
import { makeSend, type ClientParts } from './persistentClient.ts'
import { servePictures } from './pictureServer.ts'
import { makePlan, type DeedKind } from './plan.ts'
import { watchRecoveries, type Recovery } from './recoveries.ts'
import { makeScenario, type Order } from './scenario.ts'

export interface ChaosSettings {
  form: Form
  workers: number
  seed: number
  tasks: number
  kills: number
  /** Between two deeds, on average. */
  everyMs: number
  /** What the monkey leaves alone. */
  without: ReadonlySet<DeedKind>
  /** Keeps what members have written, also when all went well. */
  keepLogs: boolean
}

export interface ChaosRun {
  settings: ChaosSettings
  deeds: readonly Deed[]
  recoveries: readonly Recovery[]
  findings: readonly Finding[]
  orderCount: number
  callCount: number
  lostCalls: number
  /** Messages of level error in the logs of members. */
  errors: ReadonlyMap<string, number>
  durationMs: number
  /** What could not be done here, in sentences. */
  notDone: readonly string[]
  /** Where the logs are, if they were kept. */
  logs?: string
}

/** Longer than a lease. */
const FREEZE_MS = 17_500

/** When the monkey is done, all that is open must end within so long. */
const SETTLE_MS = 240_000

/** What takes longer without any disturbance does not end. */
const UNDISTURBED_MS = 20 * 60_000

const CLIENTS = 24

/** Runs the orders undisturbed and then disturbed, and compares. `say` tells how far it is. */
export async function runChaos(
  settings: ChaosSettings,
  say: (line: string) => void = () => {},
): Promise<ChaosRun> {
  const orders = makeScenario(settings)
  const pictures = await servePictures()
  // Made before they are wanted by many at once.
  for (const order of orders) if (order.kind === 'video') await video(order.durationSec)
  try {
    say(`${orders.length} orders, first undisturbed`)
    const undisturbed = await runUndisturbed(orders, pictures.url)
    say('and now with the monkey')
    return await runDisturbed(settings, { orders, undisturbed, picturesUrl: pictures.url, say })
  } finally {
    await pictures.close()
  }
}

async function runUndisturbed(orders: readonly Order[], picturesUrl: string): Promise<TaskResult[]> {
  const installation = await openInstallation({
    form: 'sqlite',
    workers: 0,
    allow: new URL(picturesUrl).host,
    withDisk: false,
  })
  try {
    await installation.server.begin()
    const history = emptyHistory()
    const send = makeSend({
      url: installation.url,
      key: await installation.key(),
      history,
      signal: AbortSignal.timeout(UNDISTURBED_MS),
    })
    await inParallel(orders, CLIENTS, (order) => carryOut({ send, history, picturesUrl }, order))
    const failed = history.results.filter(({ state }) => state === 'failed')
    if (history.givenUp.length + failed.length > 0)
      throw new Error(`undisturbed it does not work either: ${JSON.stringify([history.givenUp, failed])}`)
    return history.results
  } finally {
    await installation.server.end()
    await installation.close({ keepLogs: false })
  }
}

interface Disturbed {
  orders: readonly Order[]
  undisturbed: TaskResult[]
  picturesUrl: string
  say: (line: string) => void
}

async function runDisturbed(settings: ChaosSettings, disturbed: Disturbed): Promise<ChaosRun> {
  const { orders, undisturbed, picturesUrl, say } = disturbed
  const { seed, kills, form, workers, everyMs, without } = settings
  const installation = await openInstallation({
    form,
    workers,
    allow: new URL(picturesUrl).host,
    withDisk: !without.has('fillDisk'),
  })
  const startMs = Date.now()
  const members = [installation.server, ...installation.workers]
  const history = emptyHistory()
  const deeds: Deed[] = []
  const giveUp = new AbortController()
  const recoveries = watchRecoveries(installation.database)
  let isGood = false
  try {
    for (const member of members) await member.begin()
    const client = { url: installation.url, key: await installation.key(), history, signal: giveUp.signal }
    const send = makeSend(client)
    const watching = watchAll(client)
    const gates = makeGates(orders.length, kills)
    const parts = { send, history, picturesUrl }
    const working = inParallel(orders, CLIENTS, async (order, index) => {
      await gates.opened(index)
      await carryOut(parts, order)
    })
    const { can, notDone } = abilities(installation, without)
    await runMonkey({
      installation,
      plan: makePlan({ seed, kills, can }),
      chance: chanceFrom(seed + 1),
      everyMs,
      freezeMs: FREEZE_MS,
      recoveries,
      deeds,
      onKill(count) {
        gates.open(count)
        if (count % 20 === 0) say(`${count} kills, ${history.acknowledgements.length} tasks acknowledged`)
      },
      signal: giveUp.signal,
    })
    gates.open(kills)
    say('the monkey is done')
    const timer = setTimeout(() => giveUp.abort(new Error('the time is up')), SETTLE_MS)
    await working
    const rows = await lookAtTheEnd(parts, installation, recoveries)
    await waitUntilClean(installation)
    clearTimeout(timer)
    giveUp.abort(new Error('it is over'))
    await watching
    const exits = []
    for (const member of members.toReversed()) exits.push([member.name, await member.end()] as const)
    const leftovers = await findLeftovers(installation)
    for (const [name, code] of exits)
      if (code !== 0) leftovers.processes.push(`${name} ended by ${code} when it was asked to stop`)
    const findings = checkHistory({ orders, history, rows, leftovers, undisturbed })
    isGood = findings.length === 0
    return {
      settings,
      deeds,
      recoveries: recoveries.all,
      findings,
      orderCount: orders.length,
      callCount: history.calls.length,
      lostCalls: history.calls.filter(({ outcome }) => 'lost' in outcome).length,
      errors: sumOf(members.map(({ errors }) => errors)),
      durationMs: Date.now() - startMs,
      notDone,
      ...((!isGood || settings.keepLogs) && { logs: installation.folder }),
    }
  } finally {
    giveUp.abort(new Error('it is over'))
    await recoveries.close()
    for (const member of members) await member.kill()
    await installation.close({ keepLogs: !isGood || settings.keepLogs })
  }
}

/** One client watches everything. */
async function watchAll({ url, key, history, signal }: ClientParts): Promise<void> {
  const client = embedline({ url, key })
  while (!signal.aborted) {
    const after = history.events.at(-1)?.id ?? 0
    try {
      for await (const { id, task_id: taskId, kind } of client.events({ after, signal }))
        if (id !== undefined) history.events.push({ id, taskId, kind })
    } catch {
      // It is away; the client itself only goes on with connections that were there.
      await new Promise((wake) => setTimeout(wake, 250))
    }
  }
}

/** Lets each order begin when its share of the kills has been done, so that work lasts as long as the monkey does. */
function makeGates(orderCount: number, kills: number) {
  let done = 0
  const waiting: { after: number; go: () => void }[] = []
  return {
    opened: (index: number) =>
      new Promise<void>((go) => {
        const after = Math.floor((index * kills) / orderCount)
        if (after <= done) go()
        else waiting.push({ after, go })
      }),
    open(count: number) {
      done = count
      for (const { after, go } of waiting) if (after <= done) go()
    },
  }
}

function abilities({ crashDatabase, store, disk }: Installation, without: ReadonlySet<DeedKind>) {
  const can = new Set<DeedKind>(['kill', 'killChild', 'freeze'])
  if (crashDatabase) can.add('restartDatabase')
  if (store) can.add('breakStore')
  if (disk) can.add('fillDisk')
  const notDone =
    disk || without.has('fillDisk') ? [] : ['No disk was filled: this user may not mount a small one.']
  return { can: can.difference(without), notDone }
}

/** When no client waits for anything any more. */
async function lookAtTheEnd(
  parts: Parameters<typeof readAgain>[0],
  { database }: Installation,
  recoveries: { all: readonly Recovery[] },
): Promise<FinalRows> {
  await parts.send('janitor', { method: 'POST', path: '/api/janitor', body: {} })
  await readAgain(parts)
  await until(async () => (await readFinalRows(database)).openItems.length === 0, 30_000)
  await until(async () => recoveries.all.every(({ ranMs }) => ranMs !== undefined), 5_000)
  const rows = await readFinalRows(database)
  const last = rows.events.at(-1)?.id ?? 0
  await until(async () => (parts.history.events.at(-1)?.id ?? 0) >= last, 30_000)
  return rows
}

async function until(isTrue: () => Promise<boolean>, longestMs: number): Promise<void> {
  const untilMs = Date.now() + longestMs
  while (Date.now() < untilMs && !(await isTrue())) await new Promise((wake) => setTimeout(wake, 100))
}

async function inParallel<T>(
  all: readonly T[],
  count: number,
  work: (each: T, index: number) => Promise<void>,
): Promise<void> {
  const queue = [...all.entries()]
  const workOff = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await work(next[1], next[0])
  }
  await Promise.all(Array.from({ length: count }, workOff))
}

function sumOf(counts: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const sum = new Map<string, number>()
  for (const each of counts) for (const [key, count] of each) sum.set(key, (sum.get(key) ?? 0) + count)
  return sum
}
