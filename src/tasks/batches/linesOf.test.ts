import { expect, test } from 'vitest'
import { linesOf, type FileLine } from './linesOf.ts'

async function* inPieces(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function read(content: string | Uint8Array, { size = 3, mostBytes = 100 } = {}) {
  const lines: FileLine[] = []
  for await (const line of linesOf(inPieces(Buffer.from(content), size), { mostBytes })) lines.push(line)
  return lines
}

const texts = (lines: readonly FileLine[]) => lines.map(({ text }) => text)

test('lines are the same however the file comes in, with CR LF, and without an end of the last one', async () => {
  for (const size of [1, 2, 3, 100])
    for (const content of ['one\ntwo\nthree\n', 'one\r\ntwo\r\nthree', 'one\n\n \r\ntwo\n\nthree\n\n\n'])
      expect(texts(await read(content, { size }))).toEqual(['one', 'two', 'three'])
})

test('a line knows its number and its bytes, lines with nothing in them counted', async () => {
  expect(await read('é\n\nb')).toMatchObject([
    { number: 1, startByte: 0, endByte: 3, text: 'é' },
    { number: 3, startByte: 4, endByte: 5, text: 'b' },
  ])
})

test('a byte order mark is no part of the first line', async () => {
  expect(texts(await read('\uFEFF{}\n{}'))).toEqual(['{}', '{}'])
})

test('a line that is too long is passed over, and those after it are read', async () => {
  const lines = await read(`a\n${'b'.repeat(101)}\n${'c'.repeat(100)}\nd`, { size: 7 })
  expect(lines.map(({ text, isTooLong }) => text?.[0] ?? isTooLong)).toEqual(['a', true, 'c', 'd'])
})

test('bytes that are no UTF-8 are no text', async () => {
  expect(await read(Uint8Array.of(97, 10, 0xff, 0xfe, 10, 98))).toMatchObject([
    { text: 'a' },
    { text: null, isTooLong: false },
    { text: 'b' },
  ])
})

test('an empty file has no lines', async () => {
  expect(await read('')).toEqual([])
})
