import type { Clock } from '../lib/clock.ts'

/** How many requests a host gets at once, and how long after one the next may begin. */
export interface Politeness {
  atOnce: number
  delayMs: number
  /** Rather than wait longer for the time to come, one goes away. */
  longestWaitMs?: number
}

/** Keeps the requests to each host apart, whoever makes them. */
export interface Pace {
  /** Milliseconds until the host may be asked again, as far as that is a matter of time. */
  waitMs(host: string): number
  /**
   * Waits for one's turn. Whoever has it asks the host, and calls what is returned when the answer has ended. Undefined:
   * the wait would be longer than one is ready for.
   */
  take(host: string, politeness: Politeness, signal: AbortSignal): Promise<(() => void) | undefined>
  /** The host asked to be left alone for so long. */
  pause(host: string, pauseMs: number): void
}

interface Host {
  /** How many are asking it or wait for their turn. */
  users: number
  running: number
  nextMs: number
  waiting: Set<() => void>
}

// Hosts that are not asked any more are forgotten when there are more than these.
const REMEMBERED = 1_000

export function makePace(clock: Clock): Pace {
  const hosts = new Map<string, Host>()

  function hostNamed(name: string): Host {
    const known = hosts.get(name)
    if (known) return known
    if (hosts.size >= REMEMBERED) forgetIdle()
    const host: Host = { users: 0, running: 0, nextMs: 0, waiting: new Set() }
    hosts.set(name, host)
    return host
  }

  function forgetIdle() {
    for (const [name, { users, nextMs }] of hosts)
      if (users === 0 && nextMs <= clock.nowMs()) hosts.delete(name)
  }

  /** True once it is one's turn. */
  async function takeTurn(host: Host, politeness: Politeness, signal: AbortSignal): Promise<boolean> {
    const { atOnce, delayMs, longestWaitMs = Number.POSITIVE_INFINITY } = politeness
    for (;;) {
      signal.throwIfAborted()
      const waitMs = host.nextMs - clock.nowMs()
      if (waitMs > longestWaitMs) return false
      if (host.running >= atOnce) await untilReleased(host, signal)
      else if (waitMs > 0) await clock.sleep(waitMs, signal)
      else break
    }
    host.running++
    host.nextMs = clock.nowMs() + delayMs
    return true
  }

  function release(host: Host) {
    host.users--
    host.running--
    for (const wake of host.waiting) wake()
  }

  return {
    waitMs: (name) => Math.max(0, (hosts.get(name)?.nextMs ?? 0) - clock.nowMs()),
    async take(name, politeness, signal) {
      const host = hostNamed(name)
      host.users++
      let isTaken = false
      try {
        isTaken = await takeTurn(host, politeness, signal)
      } finally {
        if (!isTaken) host.users--
      }
      return isTaken ? () => release(host) : undefined
    },
    pause(name, pauseMs) {
      const host = hostNamed(name)
      host.nextMs = Math.max(host.nextMs, clock.nowMs() + pauseMs)
    },
  }
}

function untilReleased({ waiting }: Host, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      waiting.delete(wake)
      signal.removeEventListener('abort', wake)
      resolve()
    }
    waiting.add(wake)
    signal.addEventListener('abort', wake)
  })
}
