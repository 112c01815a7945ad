import type { Clock } from '../../src/lib/clock.ts'

/** A clock that stands still until `advance` moves it, waking whoever slept until then. */
export function fakeClock(
  startMs = Date.parse('2030-01-01T00:00:00Z'),
): Clock & { advance(ms: number): void } {
  let nowMs = startMs
  let sleepers: { atMs: number; wake: () => void }[] = []
  return {
    nowMs: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((wake) => {
        if (signal?.aborted) return wake()
        sleepers.push({ atMs: nowMs + ms, wake })
        signal?.addEventListener('abort', () => wake(), { once: true })
      }),
    advance(ms) {
      nowMs += ms
      for (const { atMs, wake } of sleepers) if (atMs <= nowMs) wake()
      sleepers = sleepers.filter(({ atMs }) => atMs > nowMs)
    },
  }
}
