import { setTimeout as sleep } from 'node:timers/promises'
import { descendants } from '../test/support/processTable.ts'
import type { Fault } from '../test/support/s3Server.ts'
import type { Installation } from './installation.ts'
import type { Member } from './member.ts'
import type { DeedKind } from './plan.ts'
import type { HeldItem, Recoveries } from './recoveries.ts'

/** Something the monkey did. */
export interface Deed {
  kind: DeedKind
  /** To what, and how. */
  target: string
  startMs: number
  endMs: number
  /** Of a kill: the start of the process anew. */
  restart?: Restart
}

interface Restart {
  spawnedMs: number
  upMs: number
  /** When it had an item, of a start for which there was one to have. */
  workedMs?: number
}

export interface MonkeyParts {
  installation: Installation
  plan: readonly DeedKind[]
  chance: () => number
  /** Between two deeds, on average. */
  everyMs: number
  /** So long a process is frozen. */
  freezeMs: number
  recoveries: Recoveries
  deeds: Deed[]
  /** Called after each kill. */
  onKill: (count: number) => void
  signal: AbortSignal
}

/** Does what the plan says, one deed after the other, and writes down what it did. All is up again at the end. */
export async function runMonkey(parts: MonkeyParts): Promise<void> {
  const { plan, chance, everyMs, signal } = parts
  const pending = new Set<Promise<void>>()
  let kills = 0
  for (const kind of plan) {
    await sleep(everyMs * (0.5 + chance()), undefined, { signal })
    const isDone = await DO[kind](parts, (work) => {
      pending.add(work)
      void work.finally(() => pending.delete(work))
    })
    if (isDone && kind === 'kill') parts.onKill(++kills)
  }
  await Promise.all(pending)
}

/** What goes on while other things are done. */
type Meanwhile = (work: Promise<void>) => void

const DO: Record<DeedKind, (parts: MonkeyParts, meanwhile: Meanwhile) => Promise<boolean>> = {
  kill,
  killChild,
  freeze,
  restartDatabase,
  breakStore,
  fillDisk,
}

const membersOf = ({ server, workers }: Installation): Member[] => [server, ...workers]

/**
 * One of those that are up. Waits while more than one is away: on a machine on which a start takes longer than a kill is
 * apart from the next, nobody would ever get to work.
 */
async function pick({ installation, chance, signal }: MonkeyParts): Promise<Member> {
  const members = membersOf(installation)
  for (;;) {
    const up = members.filter(({ isUp }) => isUp)
    const member = up[Math.floor(chance() * up.length)]
    if (member && up.length >= members.length - 1) return member
    await sleep(20, undefined, { signal })
  }
}

async function kill(parts: MonkeyParts, meanwhile: Meanwhile): Promise<boolean> {
  const { installation, chance, recoveries, deeds } = parts
  const member = await pick(parts)
  // The only server that never lives long enough to do anything would prove nothing: most lives end some items.
  if (installation.workers.length === 0) await someEnd(parts, Math.floor(chance() ** 2 * 20))
  const held = await whatItHolds(parts, member)
  const startMs = Date.now()
  await member.kill()
  recoveries.expect(member.name, held, startMs)
  const deed: Deed = { kind: 'kill', target: member.name, startMs, endMs: Date.now() }
  deeds.push(deed)
  const restarting = beginAgain(member, parts.signal).then(() => {
    deed.endMs = Date.now()
    const restart: Restart = { ...member.start }
    deed.restart = restart
    if (held.length > 0) void recoveries.worked(member).then((workedMs) => (restart.workedMs = workedMs))
  })
  // The only one is waited for; of several others work meanwhile.
  if (installation.workers.length === 0) await restarting
  else meanwhile(restarting)
  return true
}

/** A process that has nothing to do is killed as well, but only after it was given the time to take something up. */
const IDLE_MS = 600

async function whatItHolds({ recoveries, signal }: MonkeyParts, { worker }: Member): Promise<HeldItem[]> {
  const untilMs = Date.now() + IDLE_MS
  for (;;) {
    const held = await recoveries.held(worker)
    if (held.length > 0 || Date.now() > untilMs) return held
    await sleep(10, undefined, { signal })
  }
}

const LONG_ENOUGH_MS = 8_000

/** Waits until so many items were settled, but not for ever, nor when there is nothing to do. */
async function someEnd({ installation: { database }, signal }: MonkeyParts, count: number): Promise<void> {
  const look = async () => {
    const rows = await database
      .rows<{ settled: number; open: number }>(
        `select count(*) filter (where state = 'done') as settled,
                count(*) filter (where state in ('queued', 'running')) as open
           from item`,
      )
      .catch(() => [])
    return rows[0] ?? { settled: 0, open: 1 }
  }
  const { settled: before } = await look()
  const untilMs = Date.now() + LONG_ENOUGH_MS
  while (Date.now() < untilMs) {
    const { settled, open } = await look()
    if (settled >= before + count || open === 0) return
    await sleep(20, undefined, { signal })
  }
}

/** As whatever looks after services does: one that cannot start, for want of a database, is started again. */
async function beginAgain(member: Member, signal: AbortSignal): Promise<void> {
  for (;;)
    try {
      return await member.begin()
    } catch (failure) {
      if (signal.aborted) throw failure
      await sleep(250, undefined, { signal })
    }
}

/**
 * A process that decodes and embeds. An item in whose hands one dies three times fails, as it should: none is killed while
 * an item is open that this has happened to.
 */
async function killChild(parts: MonkeyParts): Promise<boolean> {
  const { installation, deeds } = parts
  const blamed = await installation.database
    .rows<{ count: number }>(
      `select count(*) as count from item where failures > 0 and state in ('queued', 'running')`,
    )
    .catch(() => [])
  if (blamed[0]?.count !== 0) return false
  const member = await pick(parts)
  const children = (await descendants(member.pid)).filter(({ text }) =>
    /compute\/child|child\.mjs/.test(text),
  )
  // The innermost one is Node itself, behind what gives it its priority and its parent's signal.
  const child = children.at(-1)
  if (!child) return false
  const startMs = Date.now()
  try {
    process.kill(child.pid, 'SIGKILL')
  } catch {
    return false
  }
  deeds.push({ kind: 'killChild', target: member.name, startMs, endMs: Date.now() })
  return true
}

async function freeze(parts: MonkeyParts, meanwhile: Meanwhile): Promise<boolean> {
  const { installation, deeds, freezeMs } = parts
  const member = await pick(parts)
  const startMs = Date.now()
  const deed: Deed = { kind: 'freeze', target: member.name, startMs, endMs: startMs + freezeMs }
  deeds.push(deed)
  const freezing = member.freeze(freezeMs).then(() => void (deed.endMs = Date.now()))
  if (installation.workers.length === 0) await freezing
  else meanwhile(freezing)
  return true
}

async function restartDatabase({ installation, deeds }: MonkeyParts): Promise<boolean> {
  const startMs = Date.now()
  await installation.crashDatabase?.()
  deeds.push({ kind: 'restartDatabase', target: 'database', startMs, endMs: Date.now() })
  return true
}

const FAULTS: readonly (readonly [string, Fault])[] = [
  ['500', { status: 500, code: 'InternalError' }],
  ['503', { status: 503, code: 'SlowDown' }],
  ['403', { status: 403, code: 'AccessDenied' }],
  ['answers lost', { loseAnswer: true }],
  ['bodies cut', { cutAfterBytes: 500 }],
  ['slow', { delayMs: 3_000 }],
  ['bits changed', { spoil: true }],
]

function breakStore(parts: MonkeyParts, meanwhile: Meanwhile): Promise<boolean> {
  const { store } = parts.installation
  const fault = FAULTS[Math.floor(parts.chance() * FAULTS.length)]
  if (!store || !fault) return Promise.resolve(false)
  store.fault = () => fault[1]
  const heal = () => {
    store.fault = () => undefined
    return Promise.resolve()
  }
  meanwhile(lastFor(parts, 2_000 + parts.chance() * 3_000, { kind: 'breakStore', target: fault[0] }, heal))
  return Promise.resolve(true)
}

async function fillDisk(parts: MonkeyParts, meanwhile: Meanwhile): Promise<boolean> {
  const { disk } = parts.installation
  if (!disk) return false
  await disk.fill()
  const deed = { kind: 'fillDisk', target: disk.of.name } as const
  meanwhile(lastFor(parts, 3_000 + parts.chance() * 4_000, deed, () => disk.empty()))
  return true
}

async function lastFor(
  { deeds, signal }: MonkeyParts,
  ms: number,
  what: Pick<Deed, 'kind' | 'target'>,
  heal: () => Promise<void>,
): Promise<void> {
  const startMs = Date.now()
  const deed: Deed = { ...what, startMs, endMs: startMs + ms }
  deeds.push(deed)
  try {
    await sleep(ms, undefined, { signal })
  } finally {
    await heal()
    deed.endMs = Date.now()
  }
}
