import { createHash } from 'node:crypto'
import { appendFile, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withCompute } from '../../test/support/computeParts.ts'
import { documentWork, type EmbeddedDocument, embedWhole } from '../../test/support/documentWork.ts'
import { madeMedia } from '../../test/support/madeMedia.ts'
import { BUILTIN } from '../../test/support/sliceWork.ts'
import { temporaryFolder } from '../../test/support/temporaryFolder.ts'
import { needTestData, testData } from '../../test/support/testData.ts'

const chunksOf = ({ batches }: EmbeddedDocument) => batches.flat()
const md5 = async (file: string) =>
  createHash('md5')
    .update(await readFile(file))
    .digest('hex')

const SRT = ['one', 'two', 'three', 'four']
  .map((word, at) => `${at + 1}\n00:00:0${at},500 --> 00:00:0${at + 1},000\nline ${word}\n`)
  .join('\n')

/** A video of 5 s with the lines of SRT as a subtitle track. */
const subtitled = async (name: string, srt: string) => {
  const folder = await temporaryFolder({ 'lines.srt': srt })
  return madeMedia(name, [
    ...['-f', 'lavfi', '-i', 'color=size=64x64:rate=5:duration=5', '-i', join(folder, 'lines.srt')],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-c:s', 'srt'],
  ])
}

test('a PDF is read, cut and embedded page by page', async (context) => {
  needTestData(context, 'documents/pdf/fake-memo.pdf')
  const { compute } = await withCompute()
  const file = testData('documents/pdf/fake-memo.pdf')
  const document = await embedWhole(compute, documentWork(file))
  const chunks = chunksOf(document)
  expect(document.summary).toEqual({
    chunkCount: chunks.length,
    textTokens: expect.any(Number),
    checksum: await md5(file),
    sizeBytes: (await stat(file)).size,
  })
  expect(chunks.map(({ ordinal }) => ordinal)).toEqual(chunks.map((_, at) => at))
  expect(chunks[0]?.place).toEqual({ page: 1 })
  const vectors = await compute.embedTexts(
    BUILTIN,
    chunks.map(({ text }) => text),
    'document',
  )
  expect(chunks.map(({ vector }) => vector)).toEqual(vectors)
})

test('the terms of a chunk are its stems with their counts', async () => {
  const { compute } = await withCompute()
  const folder = await temporaryFolder({ 'a.txt': 'Refunds, refund. Paid!' })
  const [chunk] = chunksOf(await embedWhole(compute, documentWork(join(folder, 'a.txt'))))
  expect(JSON.parse(chunk?.termsJson ?? '')).toEqual({ refund: 2, paid: 1 })
})

test('a long document comes in batches of at most 64 chunks, the same beside others', async () => {
  const { compute } = await withCompute()
  const words = Array.from({ length: 20_000 }, (_, at) => `word${at % 977}`).join(' ')
  const folder = await temporaryFolder({ 'long.txt': words, 'short.txt': 'a few words' })
  const long = documentWork(join(folder, 'long.txt'), {
    chunks: { sizeCharacters: 300, overlapCharacters: 0 },
  })
  const once = await embedWhole(compute, long)
  expect(once.batches.slice(0, -1).every(({ length }) => length === 64)).toBe(true)
  expect(once.batches.length).toBeGreaterThan(5)
  expect(
    chunksOf(once)
      .map(({ text }) => text)
      .join(' '),
  ).toBe(words)
  const short = documentWork(join(folder, 'short.txt'))
  const [again] = await Promise.all([
    embedWhole(compute, long),
    ...[1, 2, 3].map(() => embedWhole(compute, short)),
  ])
  expect(again).toEqual(once)
})

test('a text is answered while a document is being embedded', async () => {
  const { compute } = await withCompute()
  const folder = await temporaryFolder({ 'long.txt': 'some words of a long text. '.repeat(40_000) })
  const order: string[] = []
  const document = compute
    .embedDocument(documentWork(join(folder, 'long.txt')), async () => {}, new AbortController().signal)
    .then(() => order.push('document'))
  await compute.embedTexts(BUILTIN, ['a query'], 'query').then(() => order.push('text'))
  await document
  expect(order).toEqual(['text', 'document'])
})

test('a document that is stopped ends as aborted, and its child goes on', async () => {
  const { compute } = await withCompute()
  const folder = await temporaryFolder({ 'long.txt': 'some words of a long text. '.repeat(40_000) })
  const stop = new AbortController()
  const document = compute.embedDocument(
    documentWork(join(folder, 'long.txt')),
    async () => stop.abort(),
    stop.signal,
  )
  await expect(document).rejects.toMatchObject({ code: 'aborted' })
  expect(compute.stats()).toMatchObject({ replaced: 0, children: [{ documentCount: 0 }] })
})

test('the words of a video are its subtitle lines, with the time of all that a chunk holds', async () => {
  const { compute } = await withCompute()
  const file = await subtitled('subtitled.mkv', SRT)
  const whole = chunksOf(await embedWhole(compute, documentWork(file)))
  expect(whole.map(({ text, place }) => [text, place])).toEqual([
    ['line one\nline two\nline three\nline four', { startSec: 0.5, endSec: 4 }],
  ])
  const chunks = { sizeCharacters: 24, overlapCharacters: 0 }
  const halves = chunksOf(await embedWhole(compute, documentWork(file, { chunks })))
  expect(halves.map(({ text, place }) => [text, place])).toEqual([
    ['line one\nline two', { startSec: 0.5, endSec: 2 }],
    ['line three\nline four', { startSec: 2.5, endSec: 4 }],
  ])
})

test('a sound or video without subtitles has no transcript', async (context) => {
  needTestData(context, 'media/video/flower.mp4')
  const { compute } = await withCompute()
  const silent = embedWhole(compute, documentWork(testData('media/video/flower.mp4')))
  await expect(silent).rejects.toMatchObject({ code: 'no_transcript' })
})

test('what only begins like a video is unreadable', async () => {
  const { compute } = await withCompute()
  const folder = await temporaryFolder({
    'broken.mp4': Buffer.from('\0\0\0\x20ftypisom and then nothing', 'latin1'),
  })
  const broken = embedWhole(compute, documentWork(join(folder, 'broken.mp4')))
  await expect(broken).rejects.toMatchObject({ code: 'document_unreadable' })
})

test.for([
  ['documents/vodafone.xlsx', 'unsupported_type'],
  ['documents/pdf/password.pdf', 'document_encrypted'],
  ['documents/fake-text-all-whitespace.txt', 'no_text'],
] as const)('%s is refused as %s, and its child goes on', async ([name, code], context) => {
  needTestData(context, name)
  const { compute } = await withCompute()
  await expect(embedWhole(compute, documentWork(testData(name)))).rejects.toMatchObject({ code })
  expect(compute.stats().replaced).toBe(0)
})

test('a file that is written while it is read is told so', async () => {
  const { compute } = await withCompute()
  const folder = await temporaryFolder({ 'long.txt': 'some words of a long text. '.repeat(40_000) })
  const file = join(folder, 'long.txt')
  const changed = compute.embedDocument(
    documentWork(file),
    () => appendFile(file, 'more'),
    new AbortController().signal,
  )
  await expect(changed).rejects.toMatchObject({ code: 'file_changed' })
})

test('a file that is gone is told so', async () => {
  const { compute } = await withCompute()
  const gone = embedWhole(compute, documentWork('/nowhere/a.txt'))
  await expect(gone).rejects.toMatchObject({ code: 'file_changed' })
})
