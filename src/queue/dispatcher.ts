import { reachNothing, type Reach } from '../domain/failurePoints.ts'
import type { Db } from '../domain/tables.ts'
import type { Clock } from '../lib/clock.ts'
import { makeNap } from '../lib/nap.ts'
import type { Abilities, ClaimedItem } from './claim.ts'
import { claimAtOnce } from './claimAtOnce.ts'
import { claimRound, type Room, type RoundOrder } from './claimRound.ts'
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
  /** Does the work of an item, never of the same one twice at a time, and settles it; ends soon after `signal` is aborted, then without settling. */
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

/** Starts to claim items and to hand them to `handle`, as many at once as there is room for. */
export function startDispatcher(parts: DispatcherParts): Dispatcher {
  const { write, executeSoon, worker, rooms, handle, onError, clock } = parts
  const { pollMs = 500, leaseMs = 15_000, reach = reachNothing, abilities = () => ({}) } = parts
  const held = new Map<number, Holding>()
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
      const { isMore, turns } = await claimWith(executeSoon, claimAtOnce)
      if (turns.size > 0) await executeSoon((db) => advanceTurns(db, turns))
      if (!isMore) return false
    }
    const { heldBack } = await claimWith(write, claimRound)
    return heldBack > 0
  }

  async function claimWith<C extends { items: ClaimedItem[] }>(
    execute: Write,
    claim: (db: Db, free: readonly Room[], items: readonly ClaimedItem[], order: RoundOrder) => Promise<C>,
  ): Promise<C | typeof NOTHING> {
    const items = [...held.values()].map(({ item }) => item)
    const free = rooms(items)
    if (free.every((room) => room.free <= 0)) return NOTHING
    reach('before claim')
    const nowMs = clock.nowMs()
    const order = { ...abilities(), worker, nowMs, leaseUntilMs: nowMs + leaseMs }
    const claimed = await execute((db) => claim(db, free, items, order))
    if (claimed.items.length > 0) reach('after claim')
    for (const item of claimed.items) start(item)
    return claimed
  }

  function start(item: ClaimedItem) {
    const before = held.get(item.id)
    before?.abort.abort()
    const entry = { item, leaseUntilMs: item.leaseUntilMs, abort: new AbortController() }
    // Of a claim that a crash of the database has undone, the attempt has the same number: two of it must not write.
    held.set(item.id, { ...entry, ended: run(entry, before?.ended) })
  }

  async function run({ item, abort }: Held<ClaimedItem>, before: Promise<void> | undefined) {
    await before
    try {
      await handle(item, abort.signal)
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

const NOTHING = { items: [], heldBack: 0, isMore: false, turns: new Map<number, number>() }

const nameOfHold = ({ id, attempt }: Hold): string => `${id} ${attempt}`

/** Ends when `work` ends, or after `ms`. */
async function within(clock: Clock, ms: number, work: Promise<unknown>): Promise<void> {
  const over = new AbortController()
  await Promise.race([work, clock.sleep(ms, over.signal)])
  over.abort()
}
