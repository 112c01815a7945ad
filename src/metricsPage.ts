import type { RunningCompute } from './compute/pool.ts'
import type { Readiness } from './domain/compute.ts'
import type { Reading } from './domain/metrics.ts'
import type { Clock } from './lib/clock.ts'
import type { Search } from './search/search.ts'
import type { Results } from './store/reader.ts'
import type { DiskGuard, DiskState } from './tasks/disk/watchDisk.ts'
import { makeTaskReadings } from './tasks/readings.ts'
import type { KeptMeters } from './telemetry/meters.ts'
import { version } from './version.ts'

export interface MetricsParts {
  meters: KeptMeters
  results: Results
  search: Search
  compute: RunningCompute
  disk: DiskGuard
  readiness: () => Readiness
  /** The default model's own id. */
  model: string
  clock: Clock
}

/** Makes the page of `/metrics`. What only this page needs is loaded when it is first asked for. */
export function makeMetricsPage(parts: MetricsParts): () => Promise<string> {
  const readTasks = makeTaskReadings(parts)
  let readProcess: (() => Promise<Reading[]>) | undefined
  let page: Promise<string> | undefined

  async function write(): Promise<string> {
    const [{ writeExposition }, { makeProcessReadings }] = await Promise.all([
      import('./telemetry/exposition.ts'),
      import('./telemetry/processReadings.ts'),
    ])
    readProcess ??= makeProcessReadings()
    const readings = await Promise.all([readTasks(), readThreads(parts), readProcess()])
    return writeExposition(parts.meters, [...ownReadings(parts), ...readings.flat()])
  }

  // Those who ask at once get the same page.
  return () => (page ??= write().finally(() => (page = undefined)))
}

const DISK_STATE = { roomy: 0, low: 1, full: 2 } as const satisfies Record<DiskState, number>

const ownReadings = ({ compute, disk, readiness, model }: MetricsParts): Reading[] => [
  { name: 'embedline_build_info', labels: { version, node: process.versions.node, model }, value: 1 },
  { name: 'embedline_ready', labels: {}, value: readiness().state === 'ready' ? 1 : 0 },
  ...computeReadings(compute),
  ...disk.disks().flatMap(({ of, freeBytes, floorBytes }): Reading[] => [
    { name: 'embedline_disk_free_bytes', labels: { of }, value: freeBytes },
    { name: 'embedline_disk_floor_bytes', labels: { of }, value: floorBytes },
  ]),
  { name: 'embedline_disk_state', labels: {}, value: DISK_STATE[disk.state] },
]

function computeReadings(compute: RunningCompute): Reading[] {
  const { children } = compute.stats()
  return [
    { name: 'embedline_compute_children', labels: {}, value: children.length },
    {
      name: 'embedline_compute_calls',
      labels: {},
      value: children.reduce((sum, { waiting }) => sum + waiting, 0),
    },
    ...children.map(({ residentBytes }, place): Reading => ({
      name: 'embedline_compute_resident_bytes',
      labels: { child: String(place) },
      value: residentBytes,
    })),
  ]
}

async function readThreads({ results, search }: MetricsParts): Promise<Reading[]> {
  const [reader, searcher] = await Promise.all([results.heapBytes(), search.heapBytes()])
  const reading = (thread: string, value: number | undefined): Reading[] =>
    value === undefined ? [] : [{ name: 'embedline_thread_memory_bytes', labels: { thread }, value }]
  return [...reading('reader', reader), ...reading('search', searcher)]
}
