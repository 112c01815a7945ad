import { readdir } from 'node:fs/promises'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import type { Reading } from '../domain/metrics.ts'

type DelayHistogram = ReturnType<typeof monitorEventLoopDelay>

const RESOLUTION_MS = 10
const QUANTILES = [0.5, 0.9, 0.99, 1]

/** Reads how this process does. The event loop is watched from the first reading on: until then it costs nothing. */
export function makeProcessReadings(): () => Promise<Reading[]> {
  let delay: DelayHistogram | undefined
  let before: ReturnType<typeof performance.eventLoopUtilization> | undefined
  return async () => {
    const memory = process.memoryUsage()
    const { user, system } = process.cpuUsage()
    const now = performance.eventLoopUtilization()
    const { utilization } = before ? performance.eventLoopUtilization(now, before) : now
    before = now
    const readings: Reading[] = [
      { name: 'nodejs_eventloop_utilization', labels: {}, value: utilization },
      { name: 'nodejs_heap_size_used_bytes', labels: {}, value: memory.heapUsed },
      { name: 'nodejs_heap_size_total_bytes', labels: {}, value: memory.heapTotal },
      { name: 'nodejs_external_memory_bytes', labels: {}, value: memory.external },
      { name: 'process_cpu_seconds_total', labels: {}, value: (user + system) / 1e6 },
      { name: 'process_resident_memory_bytes', labels: {}, value: memory.rss },
      { name: 'process_start_time_seconds', labels: {}, value: performance.timeOrigin / 1000 },
      ...(await openFiles()),
    ]
    if (delay) {
      readings.push(...lagReadings(delay))
      delay.reset()
    } else {
      delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
      delay.enable()
    }
    return readings
  }
}

/** The timer that looks is itself late by its own interval. */
const lagReadings = (delay: DelayHistogram): Reading[] =>
  QUANTILES.map((quantile) => ({
    name: 'nodejs_eventloop_lag_seconds',
    labels: { quantile: String(quantile) },
    value: delay.count === 0 ? 0 : Math.max(0, delay.percentile(quantile * 100) / 1e9 - RESOLUTION_MS / 1000),
  }))

/** Where the system has such a folder. */
async function openFiles(): Promise<Reading[]> {
  const names = await readdir('/proc/self/fd').catch(() => undefined)
  return names ? [{ name: 'process_open_fds', labels: {}, value: names.length }] : []
}
