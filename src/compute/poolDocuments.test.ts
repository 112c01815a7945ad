import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { withCompute } from '../../test/support/computeParts.ts'
import { documentWork, embedWhole } from '../../test/support/documentWork.ts'
import { limitsNamed } from '../domain/limits.ts'
import type { EmbeddedChunk } from '../domain/documentWork.ts'
import type { ComputeParts } from './pool.ts'

const ODD_CHILD = fileURLToPath(new URL('../../test/support/oddChild.process.ts', import.meta.url))
const NEVER = new AbortController().signal

/** Compute children that read nothing, but behave as a file's name says. */
const withOddChildren = (over: Partial<ComputeParts> = {}) =>
  withCompute({ program: [process.execPath, ODD_CHILD], ...over })

/** Work on a "file" whose name tells the odd child what to do; it comes in so many batches. */
const documentOf = (file: string, batches = 1) => documentWork(file, { name: String(batches) })

const ignore = async () => {}

/** Says how a call will end, before it does. */
async function endsBy(call: Promise<unknown>, failure: object): Promise<void> {
  await expect(call).rejects.toMatchObject(failure)
}

test('the batches of a document come in order, each after the one before is settled', async () => {
  const { compute } = await withOddChildren()
  const seen: string[] = []
  const onChunks = async ([chunk]: readonly EmbeddedChunk[]) => {
    seen.push(`begin ${chunk?.ordinal}`)
    await compute.inspect('fine')
    seen.push(`end ${chunk?.ordinal}`)
  }
  const summary = await compute.embedDocument(documentOf('fine', 3), onChunks, NEVER)
  expect(seen).toEqual(['begin 0', 'end 0', 'begin 1', 'end 1', 'begin 2', 'end 2'])
  expect(summary.chunkCount).toBe(3)
})

test.for([1, 3])(
  'what the settling of a batch throws ends the document, also of the last of %i',
  async (batches) => {
    const { compute } = await withOddChildren()
    const lost = new Error('the lease is lost')
    const call = compute.embedDocument(documentOf('fine', batches), () => Promise.reject(lost), NEVER)
    await expect(call).rejects.toBe(lost)
    expect(compute.stats().replaced).toBe(0)
  },
)

test('a child embeds a few documents at once, beside slices, and the others wait', async () => {
  const { compute } = await withOddChildren()
  const stop = new AbortController()
  const waiting = Array.from({ length: 20 }, () =>
    compute.embedDocument(documentOf('wait'), ignore, stop.signal),
  )
  const ended = Promise.all(waiting.map((call) => endsBy(call, { code: 'aborted' })))
  await compute.inspect('fine')
  expect(compute.stats().children).toMatchObject([{ documentCount: 8, waiting: 8 }])
  const after = embedWhole(compute, documentOf('fine'))
  stop.abort()
  await ended
  expect((await after).summary.chunkCount).toBe(1)
  expect(compute.stats().replaced).toBe(0)
})

test('documents are spread over the children', async () => {
  const { compute } = await withOddChildren({ count: 2 })
  const pids = await Promise.all(
    Array.from({ length: 16 }, async () => {
      const { batches } = await embedWhole(compute, documentOf('fine'))
      return batches[0]?.[0]?.vector[0]
    }),
  )
  expect(new Set(pids).size).toBe(2)
})

test('a document that kills its child takes others along, which are told so; alone it is to blame', async () => {
  const { compute } = await withOddChildren()
  const beside = compute.embedDocument(documentOf('work'), ignore, NEVER)
  const besideEnded = endsBy(beside, { code: 'child_crashed', sharedChild: true })
  await expect(embedWhole(compute, documentOf('crash'))).rejects.toMatchObject({
    code: 'child_crashed',
    sharedChild: true,
  })
  await besideEnded
  await expect(embedWhole(compute, documentOf('crash'), { alone: true })).rejects.toMatchObject({
    code: 'child_crashed',
    sharedChild: false,
  })
  expect((await embedWhole(compute, documentOf('fine'), { alone: true })).summary.chunkCount).toBe(1)
})

test('a document that hangs or makes no progress ends by a name for that', async () => {
  const { compute } = await withOddChildren({
    limits: { ...limitsNamed('ours'), itemSec: 1 },
    pace: { beatMs: 50, hungAfterBeats: 40 },
  })
  const alone = { alone: true }
  await expect(embedWhole(compute, documentOf('hang'), alone)).rejects.toMatchObject({ code: 'child_hung' })
  await expect(embedWhole(compute, documentOf('wait'), alone)).rejects.toMatchObject({ code: 'child_hung' })
})

test('a document that makes its child grow past its limit ends with it, and others are told so', async () => {
  const { compute } = await withOddChildren({
    residentLimitBytes: 300e6,
    pace: { beatMs: 50, hungAfterBeats: 1_000 },
  })
  const grown = compute.embedDocument(documentOf('grow', 2), () => new Promise(() => {}), NEVER)
  grown.catch(() => {}) // its batch is never settled, so neither is the call
  await expect(embedWhole(compute, documentOf('work'))).rejects.toMatchObject({
    code: 'child_out_of_memory',
    sharedChild: true,
  })
})

test('without children documents are refused', async () => {
  const { compute } = await withOddChildren({ count: 0 })
  await expect(embedWhole(compute, documentOf('fine'))).rejects.toMatchObject({
    code: 'compute_unavailable',
  })
})
