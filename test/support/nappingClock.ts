import { setImmediate } from 'node:timers/promises'
import { systemClock, type Clock } from '../../src/lib/clock.ts'

/**
 * A clock on which naps take no time, but for those of exactly `realMs`: the time goes on by them, and they are noted.
 * For what waits between attempts at a real server, whose answers do take time.
 */
export function nappingClock(realMs: number): Clock & { naps: number[]; advance(ms: number): void } {
  let addedMs = 0
  const naps: number[] = []
  return {
    naps,
    advance: (ms) => void (addedMs += ms),
    nowMs: () => systemClock.nowMs() + addedMs,
    async sleep(ms, signal) {
      if (ms === realMs) return systemClock.sleep(ms, signal)
      naps.push(ms)
      addedMs += ms
      await setImmediate()
    },
  }
}
