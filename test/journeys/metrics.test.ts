import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { client, finished, uploadAsset } from '../support/client.ts'
import { lintMetrics, type Sample } from '../support/lintMetrics.ts'
import { scenes } from '../support/madeMedia.ts'
import { withServer } from '../support/withServer.ts'

const MANY_SERIES = 400

test('/metrics tells without a key how the tasks, the queue, the models and the disk do, ten times at once, and nothing private', async () => {
  const server = await withServer()
  const scrape = async () => {
    const response = await fetch(`${server.url}/metrics`)
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    return response.text()
  }
  expect(valueIn(lintMetrics(await scrape()), 'embedline_ready')).toBe(1)

  const one = client(server.url)
  const video = await scenes(20)
  const { id: assetId } = await uploadAsset(one, video)
  const { id } = await one.embed.v2.tasks.create({
    inputType: 'video',
    modelName: 'marengo3.0',
    video: { mediaSource: { assetId } },
  })
  const [pages] = await Promise.all([Promise.all(Array.from({ length: 10 }, scrape)), finished(one, id)])
  for (const page of pages) lintMetrics(page)
  await server.fetch(`/nothing/${'x'.repeat(50)}`)
  await server.fetch('/v1.3/embed-v2/tasks/nothing')

  const text = await scrape()
  const samples = lintMetrics(text)
  expect(valueIn(samples, 'embedline_tasks_ended_total', { kind: 'media', state: 'ready' })).toBe(1)
  expect(valueIn(samples, 'embedline_items_settled_total', { kind: 'slice', state: 'done' })).toBe(1)
  expect(valueIn(samples, 'embedline_item_attempt_duration_seconds_count', { kind: 'slice' })).toBe(1)
  expect(valueIn(samples, 'embedline_compute_children')).toBe(1)
  expect(valueIn(samples, 'embedline_disk_state')).toBe(0)
  expect(valueIn(samples, 'embedline_disk_free_bytes', { of: 'objects' })).toBeGreaterThan(1e6)
  expect(
    valueIn(samples, 'embedline_http_request_duration_seconds_count', {
      dialect: 'twelvelabs',
      route: '/v1.3/embed-v2/tasks/:id',
      method: 'GET',
      status: '404',
    }),
  ).toBe(1)
  for (const secret of [id, assetId, basename(video), server.key, server.dataFolder, 'xxx', '"one"'])
    expect(text).not.toContain(secret)
  expect(samples.length).toBeLessThan(MANY_SERIES)
})

function valueIn(
  samples: readonly Sample[],
  name: string,
  labels: Record<string, string> = {},
): number | undefined {
  return samples.find(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  )?.value
}
