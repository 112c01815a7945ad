import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { client, finished, uploadAsset } from '../support/client.ts'
import { openCollector, type CollectedSpan } from '../support/collector.ts'
import { scenes } from '../support/madeMedia.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { openServer, withServer, type TestServer } from '../support/withServer.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const CALLER = 'b7ad6b7169203331'

const createTask = (server: TestServer, assetId: string, flags = '01') =>
  server.fetch('/v1.3/embed-v2/tasks', {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: `00-${TRACE}-${CALLER}-${flags}` },
    body: JSON.stringify({
      input_type: 'video',
      model_name: 'marengo3.0',
      video: { media_source: { asset_id: assetId } },
    }),
  })

const idIn = async (response: Response) => ((await response.json()) as { _id: string })._id

/** Names on the way from a span to the root of what was collected. */
function wayUp(spans: readonly CollectedSpan[], span: CollectedSpan): string[] {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId)
  return [span.name, ...(parent ? wayUp(spans, parent) : [span.parentSpanId ?? 'nobody'])]
}

test('a trace goes from the caller through route, task and item to decoding, model and commit, across a restart', async () => {
  const collector = await openCollector()
  const data = await temporaryFolder()
  const video = await scenes(20)
  const first = await openServer({ data, compute: '0', traces: collector.url })
  const assetId = await idIn(await first.fetch('/v1.3/assets', { method: 'POST', body: await form(video) }))
  const id = await idIn(await createTask(first, assetId))
  await first.stop(0)

  const second = await withServer({ data, traces: collector.url })
  await finished(client(second.url), id)
  await second.stop(0)

  const spans = collector.spans.filter(({ traceId }) => traceId === TRACE)
  const ways = spans.map((span) => wayUp(spans, span).join(' < '))
  const top = `POST /v1.3/embed-v2/tasks < ${CALLER}`
  const task = `task media < ${top}`
  for (const way of [
    top,
    `commit < ${top}`,
    task,
    `item plan < ${task}`,
    `item slice < ${task}`,
    `decode video < item slice < ${task}`,
    `decode audio < item slice < ${task}`,
    `model video < item slice < ${task}`,
    `model audio < item slice < ${task}`,
    `commit < item slice < ${task}`,
    `item finish < ${task}`,
  ])
    expect(ways).toContain(way)
  const ended = spans.find(({ name }) => name === 'task media')
  expect(ended?.attributes).toContainEqual({ key: 'embedline.task.state', value: { stringValue: 'ready' } })
  const inside = (span: CollectedSpan) =>
    BigInt(span.startTimeUnixNano) >= BigInt(ended?.startTimeUnixNano ?? 0) &&
    BigInt(span.endTimeUnixNano) <= BigInt(ended?.endTimeUnixNano ?? 0) + 50_000_000n
  expect(spans.filter(({ name }) => /^(decode|model)/.test(name)).filter((span) => !inside(span))).toEqual([])
  const text = JSON.stringify(collector.spans)
  for (const secret of [basename(video), first.key, data]) expect(text).not.toContain(secret)
})

async function form(video: string): Promise<FormData> {
  const body = new FormData()
  body.set('method', 'direct')
  body.set('file', new Blob([new Uint8Array(await readFile(video))]), 'video.mp4')
  return body
}

test('who does not want to be traced is not, and a wrong traceparent begins a trace of its own', async () => {
  const collector = await openCollector()
  const server = await withServer({ compute: '0', traces: collector.url })
  const ask = (traceparent: string) => server.fetch('/v1.3/assets', { headers: { traceparent } })
  await ask(`00-${TRACE}-${CALLER}-00`)
  await ask(`00-${'0'.repeat(32)}-${CALLER}-01`)
  await ask('nonsense')
  await server.fetch('/healthz')
  await server.stop(0)
  expect(collector.spans.map(({ name, parentSpanId }) => [name, parentSpanId ?? ''])).toEqual([
    ['GET /v1.3/assets', ''],
    ['GET /v1.3/assets', ''],
  ])
})

test.each<[string, (url: string) => string, boolean]>([
  ['hangs', (url) => url, true],
  ['is not there', () => 'http://127.0.0.1:9', false],
])(
  'a collector that %s fails no request and no task, and does not keep the server from stopping',
  async (_, urlOf, hangs) => {
    const collector = await openCollector()
    if (hangs) collector.misbehave = () => {}
    const server = await openServer({ traces: urlOf(collector.url) })
    const one = client(server.url)
    const { id: assetId } = await uploadAsset(one, await scenes(20))
    const task = await finished(one, await idIn(await createTask(server, assetId)))
    expect(task.status).toBe('ready')
    // More spans than may wait for the collector.
    for (let round = 0; round < (hangs ? 60 : 1); round++) {
      const asked = await Promise.all(
        Array.from({ length: 40 }, () => server.fetch('/v1.3/assets?page_limit=1')),
      )
      expect(asked.every(({ ok }) => ok)).toBe(true)
      await Promise.all(asked.map((response) => response.text()))
    }
    await server.close()
  },
)
