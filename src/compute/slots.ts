import { AsyncLocalStorage } from 'node:async_hooks'
import { EmbedlineError, type ErrorCode } from '../domain/errors.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { Child, ChildEnd } from './childProcess.ts'
import { wasAborted } from './failures.ts'

export interface SlotsParts {
  count: number
  startChild: () => Child
  /** After a child that died before it was up; doubled each time, up to 30 s. */
  backoffMs: number
  /** Is told why a child ended that should have gone on. */
  onReplace?: (reason: ErrorCode) => void
  clock: Clock
  logger: Logger
}

/** Places for a fixed number of children, each of which is filled again when its child has ended. */
export interface Slots {
  readonly children: ReadonlySet<Child>
  /** How many children ended that should have gone on. */
  readonly replaced: number
  /** Starts the children; calling it again does nothing. `use` does it by itself. */
  start: () => void
  /**
   * Makes a call on the child with the least waiting of those that fit, as soon as there is one; one that is up goes
   * before one that is starting. Throws `compute_unavailable` when there are no places, or when children die before
   * they are up.
   */
  use<T>(
    fits: (child: Child) => boolean,
    call: (child: Child) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>
  stop(graceMs: number): Promise<void>
}

interface Waiter {
  fits: (child: Child) => boolean
  run: (child: Child) => void
  reject: (error: EmbedlineError) => void
}

const HOPELESS_AFTER = 3
const LONGEST_BACKOFF_MS = 30_000

export function makeSlots({ count, startChild, backoffMs, onReplace, clock, logger }: SlotsParts): Slots {
  const children = new Set<Child>()
  const waiters = new Set<Waiter>()
  const stopping = new AbortController()
  let keepers: Promise<void>[] | undefined
  let replaced = 0
  let whyHopeless: string | undefined = count === 0 ? 'This server has no compute processes.' : undefined

  async function keepOne() {
    let failures = 0
    while (!stopping.signal.aborted) {
      const child = startChild()
      children.add(child)
      handOut()
      const end = await child.ended
      children.delete(child)
      if (stopping.signal.aborted) return
      replaced++
      onReplace?.(end.code)
      failures = end.wasReady ? 0 : failures + 1
      tell(child, end, failures)
      if (failures > 0)
        await clock.sleep(Math.min(backoffMs * 2 ** (failures - 1), LONGEST_BACKOFF_MS), stopping.signal)
    }
  }

  function tell({ pid }: Child, { code, message, wasReady, lastWords }: ChildEnd, failures: number) {
    logger.warn('a compute child is replaced', { pid, code, reason: message, wasReady, lastWords })
    whyHopeless = failures < HOPELESS_AFTER ? undefined : `Compute processes do not start. ${message}`
    if (whyHopeless !== undefined && children.size === 0) refuse(whyHopeless)
  }

  function refuse(why: string) {
    for (const waiter of waiters) waiter.reject(new EmbedlineError('compute_unavailable', why))
    waiters.clear()
  }

  function handOut() {
    const full = new Set<Waiter['fits']>()
    for (const waiter of waiters) {
      const child = full.has(waiter.fits) ? undefined : leastBusy(waiter.fits)
      if (!child) {
        full.add(waiter.fits)
        continue
      }
      waiters.delete(waiter)
      waiter.run(child)
    }
  }

  const leastBusy = (fits: (child: Child) => boolean): Child | undefined =>
    [...children]
      .filter((child) => !child.isDoomed && fits(child))
      .toSorted((a, b) => Number(b.isReady) - Number(a.isReady) || a.waiting - b.waiting)[0]

  function start() {
    keepers ??= Array.from({ length: count }, keepOne)
  }

  async function use<T>(
    fits: (child: Child) => boolean,
    call: (child: Child) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    if (stopping.signal.aborted || signal?.aborted) throw wasAborted()
    start()
    if (whyHopeless !== undefined && children.size === 0)
      throw new EmbedlineError('compute_unavailable', whyHopeless)
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    // Whose turn it is becomes known while others are served: the call is still its caller's.
    const run = AsyncLocalStorage.bind((child: Child) => resolve(call(child)))
    const waiter: Waiter = { fits, reject, run }
    const over = new AbortController()
    const giveUp = () => waiters.delete(waiter) && reject(wasAborted())
    signal?.addEventListener('abort', giveUp, { signal: over.signal })
    waiters.add(waiter)
    handOut()
    try {
      return await promise
    } finally {
      // With a word of ours, because the usual reason is an error with a stack, which costs a tenth of a small document.
      over.abort('over')
      handOut()
    }
  }

  return {
    children,
    get replaced() {
      return replaced
    },
    start,
    use,
    async stop(graceMs) {
      stopping.abort()
      for (const { reject } of waiters) reject(wasAborted())
      waiters.clear()
      await Promise.all([...children].map((child) => child.stop(graceMs)))
      await Promise.all(keepers ?? [])
    },
  }
}
