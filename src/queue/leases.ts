import type { Clock } from '../lib/clock.ts'
import type { Hold } from './item.ts'

/** An item in work, with the means to stop that work. */
export interface Held<Item extends Hold = Hold> {
  item: Item
  /** Until when nobody else may take it; prolonged here. */
  leaseUntilMs: number
  abort: AbortController
}

export interface LeaseParts {
  held: ReadonlySet<Held>
  /** Prolongs leases in the queue; returns those that are lost. */
  extend: (items: readonly Hold[], leaseUntilMs: number) => Promise<readonly Hold[]>
  leaseMs: number
  clock: Clock
  onError: (error: unknown) => void
}

/** Work that was taken away in another process stops after no more than this. */
const LONGEST_UNHEARD_MS = 1_500

/**
 * Prolongs the leases of what is held, long before they would end, until `signal` is aborted. Stops the
 * work on an item whose lease is lost, or has ended because the queue could not be reached.
 */
export async function keepLeases(parts: LeaseParts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await parts.clock.sleep(Math.min(parts.leaseMs / 3, LONGEST_UNHEARD_MS), signal)
    if (!signal.aborted) await prolong(parts)
  }
}

async function prolong({ held, extend, leaseMs, clock, onError }: LeaseParts): Promise<void> {
  const known = [...held]
  if (known.length === 0) return
  const leaseUntilMs = clock.nowMs() + leaseMs
  try {
    const lost = new Set(
      await extend(
        known.map(({ item }) => item),
        leaseUntilMs,
      ),
    )
    for (const each of known) each.leaseUntilMs = lost.has(each.item) ? 0 : leaseUntilMs
  } catch (error) {
    onError(error)
  }
  for (const { leaseUntilMs: endMs, abort } of known) if (endMs <= clock.nowMs()) abort.abort()
}
