import { reachNothing, type Reach } from '../domain/failurePoints.ts'
import type { Db } from '../domain/tables.ts'
import type { Clock } from '../lib/clock.ts'
import { makeNap } from '../lib/nap.ts'
import type { Abilities, ClaimedItem } from './claim.ts'
import { claimAtOnce } from './claimAtOnce.ts'
import { claimRound, type Room, type Round } from './claimRound.ts'
import { extend } from './extend.ts'
import type { Hold } from './item.ts'
import { keepLeases, type Held } from './leases.ts'
import { release } from './release.ts'
import { advanceTurns } from './turns.ts'

export interface DispatcherParts {
  /** Runs a change of the queue in a transaction and returns when it is committed. */
  write: Write
  /**
   * Runs a change that is one statement, and that may be undone when the database crashes: then the item is queued again,
   * and what its holder does with it is written by nobody. Absent: that would win nothing.
   */
  executeSoon?: Write | undefined
  /** A name that no other dispatcher has, or had. */
  worker: string
  /** What may start now, beside what is held already. */
  rooms: (held: readonly ClaimedItem[]) => readonly Room[]
  /** What it can do at this moment. Absent: everything, and all inputs are here. */
  abilities?: () => Abilities
  /** Does the work of an item and settles it; ends soon after `signal` is aborted, then without settling. */
  handle: (item: ClaimedItem, signal: AbortSignal) => Promise<void>
  onError: (error: unknown) => void
  clock: Clock
  /** How long to wait before looking again when there was nothing to claim. */
  pollMs?: number
  leaseMs?: number
  reach?: Reach
}

/** An item that is held, until its work has ended. */
interface Holding extends Held<ClaimedItem> {
  ended: Promise<void>
}

type Write = <T>(change: (db: Db) => Promise<T>) => Promise<T>

export interface Dispatcher {
  /** There may be something to claim. */
  wake(): void
  /** These items were taken from whoever holds them: the work on those of them that are held here is stopped. */
  recall(items: readonly Hold[]): void
  /**
   * Claims no more and waits for what is held. What is not done after `graceMs` is stopped and given back to the
   * queue, due at once. The second call waits for the first.
   */
  stop(options: { graceMs: number }): Promise<void>
}

/** After its signal was aborted an item gets so long to end; then it is given back all the same. */
const ABORT_MS = 1_000

/** While nothing can be claimed, because the disk is full, it is tried again after ever longer waits up to this one. */
const LONGEST_WAIT_MS = 10_000

/** Starts to claim items and to hand them to `handle`, as many at once as there is room for, and none twice at a time. */
export function startDispatcher(parts: DispatcherParts): Dispatcher {
  const { write, executeSoon, worker, rooms, handle, onError, clock } = parts
  const { pollMs = 500, leaseMs = 15_000, reach = reachNothing, abilities = () => ({}) } = parts
  const held = new Map<number, Holding>()
  /** By lane the turn that is not written down yet. */
  const untold = new Map<number, number>()
  let toldMs = 0
  /** Before, nothing is looked for that needs a transaction. */
  let roundFromMs = 0
  const nap = makeNap(clock)
  const stopping = new AbortController()
  const finished = new AbortController()
  const dispatching = dispatch()
  const keeping = keepLeases(
    {
      get held() {
        return new Set(held.values())
      },
      extend: (items, leaseUntilMs) => (executeSoon ?? write)((db) => extend(db, items, leaseUntilMs)),
      leaseMs,
      clock,
      onError,
    },
    finished.signal,
  )
  let stopped: Promise<void> | undefined

  async function dispatch() {
    let failures = 0
    while (!stopping.signal.aborted) {
      try {
        const isMore = await claimSome()
        failures = 0
        if (isMore) continue
        // Every room is full now or has nothing due: what ends, or is added, wakes the nap.
        await nap.sleep(pollMs)
      } catch (error) {
        onError(error)
        await clock.sleep(Math.min(pollMs * 2 ** failures++, LONGEST_WAIT_MS), stopping.signal)
      }
    }
  }

  /** True: there may be more. */
  async function claimSome(): Promise<boolean> {
    if (executeSoon) {
      const isMore = await claimByOne(executeSoon)
      await tell(executeSoon)
      // What is left to others, or waits to run alone, stays in the way for a while.
      if (!isMore || stopping.signal.aborted || clock.nowMs() < roundFromMs) return false
    }
    const round = nextRound()
    if (!round) return false
    const { items, heldBack } = await write((db) => claimRound(db, round))
    take(items)
    if (items.length === 0 && heldBack === 0) roundFromMs = clock.nowMs() + pollMs
    return heldBack > 0
  }

  /** What may be claimed now, if anything. */
  function nextRound(): Round | undefined {
    const items = [...held.values()].map(({ item }) => item)
    const free = rooms(items)
    if (free.every((room) => room.free <= 0)) return undefined
    reach('before claim')
    const nowMs = clock.nowMs()
    return { rooms: free, held: items, ...abilities(), worker, nowMs, leaseUntilMs: nowMs + leaseMs }
  }

  function take(items: readonly ClaimedItem[]) {
    if (items.length > 0) reach('after claim')
    for (const item of items) start(item)
  }

  /** True: there may be more that one statement does not take. */
  async function claimByOne(execute: Write): Promise<boolean> {
    const round = nextRound()
    if (!round) return false
    const { items, isMore, turns } = await execute((db) => claimAtOnce(db, round))
    take(items)
    // What has come back comes in its old turn.
    for (const [lane, turn] of turns) untold.set(lane, Math.max(turn, untold.get(lane) ?? 0))
    return isMore
  }

  async function tell(execute: Write) {
    const sinceMs = clock.nowMs() - toldMs
    // A clock that was set back is no reason to wait.
    if (untold.size === 0 || (sinceMs >= 0 && sinceMs < TELL_MS)) return
    await execute((db) => advanceTurns(db, untold))
    untold.clear()
    toldMs = clock.nowMs()
  }

  function start(item: ClaimedItem) {
    const before = held.get(item.id)
    before?.abort.abort()
    const entry = { item, leaseUntilMs: item.leaseUntilMs, abort: new AbortController() }
    held.set(item.id, { ...entry, ended: run(entry, before) })
  }

  async function run({ item, abort }: Held<ClaimedItem>, before: Holding | undefined) {
    await before?.ended
    try {
      // Of a claim that a crash of the database has undone, the attempt has the same number: what the first work on it has
      // written meanwhile, this one does not know. The next claim does.
      if (before?.item.attempt === item.attempt)
        await write((db) => release(db, item, { nowMs: clock.nowMs() }))
      else if (!abort.signal.aborted) await handle(item, abort.signal)
    } catch (error) {
      // What was not settled comes back when its lease ends, which is the wait between two tries.
      if (!abort.signal.aborted) onError(error)
    } finally {
      if (held.get(item.id)?.item === item) held.delete(item.id)
      nap.wake()
    }
  }

  async function stop(graceMs: number) {
    stopping.abort()
    nap.wake()
    await dispatching
    await within(clock, graceMs, allEnded())
    await giveBack([...held.values()])
    finished.abort()
    await keeping
  }

  const allEnded = () => Promise.all(held.values().map(({ ended }) => ended))

  async function giveBack(unfinished: readonly Held<ClaimedItem>[]) {
    if (unfinished.length === 0) return
    for (const { abort } of unfinished) abort.abort()
    await within(clock, ABORT_MS, allEnded())
    try {
      await write(async (db) => {
        for (const { item } of unfinished) await release(db, item, { nowMs: clock.nowMs() })
      })
    } catch (error) {
      // Their leases end by themselves.
      onError(error)
    }
  }

  return {
    wake: () => nap.wake(),
    recall(items) {
      const recalled = new Set(items.map(nameOfHold))
      for (const { item, abort } of held.values()) if (recalled.has(nameOfHold(item))) abort.abort()
    },
    stop: ({ graceMs }) => (stopped ??= stop(graceMs)),
  }
}

/** The turns of lanes are written down once in so long: who comes late comes too early by what was claimed meanwhile, or last by who stops. */
const TELL_MS = 50

const nameOfHold = ({ id, attempt }: Hold): string => `${id} ${attempt}`

/** Ends when `work` ends, or after `ms`. */
async function within(clock: Clock, ms: number, work: Promise<unknown>): Promise<void> {
  const over = new AbortController()
  await Promise.race([work, clock.sleep(ms, over.signal)])
  over.abort()
}
