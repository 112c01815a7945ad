import { expect, test } from 'vitest'
import { lintMetrics } from '../../test/support/lintMetrics.ts'
import { METRICS } from '../domain/metrics.ts'
import { writeExposition } from './exposition.ts'
import { makeMeters } from './meters.ts'
import { makeProcessReadings } from './processReadings.ts'

test('counters add up by their labels, histograms by their buckets, the last of which has no bound', () => {
  const meters = makeMeters()
  meters.count('embedline_tasks_created_total', { kind: 'media' })
  meters.count('embedline_tasks_created_total', { kind: 'media' }, 2)
  meters.count('embedline_tasks_created_total', { kind: 'bucket' })
  for (const changes of [1, 2, 3, 1000]) meters.observe('embedline_commit_changes', {}, changes)
  const text = writeExposition(meters, [])
  const valueOf = (series: string) => Number(new RegExp(`^${series} (.*)$`, 'm').exec(text)?.[1])
  expect(valueOf('embedline_tasks_created_total\\{kind="media"\\}')).toBe(3)
  expect(valueOf('embedline_tasks_created_total\\{kind="bucket"\\}')).toBe(1)
  expect(valueOf('embedline_commit_changes_bucket\\{le="2"\\}')).toBe(2)
  expect(valueOf('embedline_commit_changes_bucket\\{le="4"\\}')).toBe(3)
  expect(valueOf('embedline_commit_changes_bucket\\{le="\\+Inf"\\}')).toBe(4)
  expect(valueOf('embedline_commit_changes_sum')).toBe(1006)
  lintMetrics(text)
})

test('what a label holds cannot break the page', () => {
  const text = writeExposition(makeMeters(), [
    { name: 'embedline_build_info', labels: { version: 'a"b\\c\nd', node: '', model: '' }, value: 1 },
  ])
  expect(text).toContain('version="a\\"b\\\\c\\nd"')
  expect(lintMetrics(text)).toHaveLength(1)
})

test('the process is read in base units, the delay of the event loop from the second time on', async () => {
  const read = makeProcessReadings()
  await read()
  const readings = await read()
  lintMetrics(writeExposition(makeMeters(), readings))
  const valueOf = (name: string) => readings.find((reading) => reading.name === name)?.value
  expect(valueOf('process_resident_memory_bytes')).toBeGreaterThan(1e7)
  expect(Math.abs((valueOf('process_start_time_seconds') ?? 0) * 1000 - Date.now())).toBeLessThan(3_600_000)
  expect(readings.filter(({ name }) => name === 'nodejs_eventloop_lag_seconds')).toHaveLength(4)
})

test('every metric says what it is in a sentence', () => {
  for (const { help } of Object.values(METRICS)) expect(help).toMatch(/^[A-Z0-9].*\.$/)
})
