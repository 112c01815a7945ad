import { reachNothing, type Reach } from '../domain/failurePoints.ts'
import type { Db } from '../domain/tables.ts'
import type { Clock } from '../lib/clock.ts'
import { makeNap } from '../lib/nap.ts'
import type { Abilities, Claimed, ClaimedItem } from './claim.ts'
import { claimRound, type Room } from './claimRound.ts'
import { extend } from './extend.ts'
import type { Hold } from './item.ts'
import { keepLeases, type Held } from './leases.ts'
import { release } from './release.ts'

export interface DispatcherParts {
  /** Runs a change of the queue in a transaction and returns when it is committed. */
  write: <T>(change: (db: Db) => Promise<T>) => Promise<T>
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
  const { write, worker, rooms, handle, onError, clock } = parts
  const { pollMs = 500, leaseMs = 15_000, reach = reachNothing, abilities = () => ({}) } = parts
  const held = new Map<Held<ClaimedItem>, Promise<void>>()
  const nap = makeNap(clock)
  const stopping = new AbortController()
  const finished = new AbortController()
  const dispatching = dispatch()
  const keeping = keepLeases(
    {
      get held() {
        return new Set(held.keys())
      },
      extend: (items, leaseUntilMs) => write((db) => extend(db, items, leaseUntilMs)),
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
        const { items, heldBack } = await claimSome()
        failures = 0
        for (const item of items) start(item)
        if (heldBack > 0) continue
        // Every room is full now or has nothing due: what ends, or is added, wakes the nap.
        await nap.sleep(pollMs)
      } catch (error) {
        onError(error)
        await clock.sleep(Math.min(pollMs * 2 ** failures++, LONGEST_WAIT_MS), stopping.signal)
      }
    }
  }

  async function claimSome(): Promise<Claimed> {
    const items = [...held.keys()].map(({ item }) => item)
    const free = rooms(items)
    if (free.every((room) => room.free <= 0)) return { items: [], heldBack: 0 }
    reach('before claim')
    const nowMs = clock.nowMs()
    const claimed = await write((db) =>
      claimRound(db, free, items, { ...abilities(), worker, nowMs, leaseUntilMs: nowMs + leaseMs }),
    )
    if (claimed.items.length > 0) reach('after claim')
    return claimed
  }

  function start(item: ClaimedItem) {
    const entry = { item, leaseUntilMs: item.leaseUntilMs, abort: new AbortController() }
    held.set(entry, run(entry))
  }

  async function run(entry: Held<ClaimedItem>) {
    try {
      await handle(entry.item, entry.abort.signal)
    } catch (error) {
      // What was not settled comes back when its lease ends, which is the wait between two tries.
      if (!entry.abort.signal.aborted) onError(error)
    } finally {
      held.delete(entry)
      nap.wake()
    }
  }

  async function stop(graceMs: number) {
    stopping.abort()
    nap.wake()
    await dispatching
    await within(clock, graceMs, Promise.all(held.values()))
    await giveBack([...held.keys()])
    finished.abort()
    await keeping
  }

  async function giveBack(unfinished: readonly Held<ClaimedItem>[]) {
    if (unfinished.length === 0) return
    for (const { abort } of unfinished) abort.abort()
    await within(clock, ABORT_MS, Promise.all(held.values()))
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
      for (const { item, abort } of held.keys()) if (recalled.has(nameOfHold(item))) abort.abort()
    },
    stop: ({ graceMs }) => (stopped ??= stop(graceMs)),
  }
}

const nameOfHold = ({ id, attempt }: Hold): string => `${id} ${attempt}`

/** Ends when `work` ends, or after `ms`. */
async function within(clock: Clock, ms: number, work: Promise<unknown>): Promise<void> {
  const over = new AbortController()
  await Promise.race([work, clock.sleep(ms, over.signal)])
  over.abort()
}
