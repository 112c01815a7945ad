import { expect, test } from 'vitest'
import { readFrames } from './eventStream.ts'

/** The frames of a text that comes in pieces. */
async function framesOf(...pieces: readonly string[]) {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece))
      controller.close()
    },
  })
  return Array.fromAsync(readFrames(stream))
}

test('a frame ends with an empty line, wherever the pieces are cut', async () => {
  const text = ': hello\n\nid: 7\nevent: ended\ndata: {"a":\ndata: 1}\n\ndata:two\r\n\r\n'
  const whole = await framesOf(text)
  expect(whole).toEqual([
    { id: '7', event: 'ended', data: '{"a":\n1}' },
    { event: 'message', data: 'two' },
  ])
  expect(await framesOf(...Array.from(text))).toEqual(whole)
})

test('a frame that says only where to go on is told, with no data', async () => {
  expect(await framesOf('retry: 2000\nid: 7\n\n')).toEqual([{ id: '7', event: 'message', data: '' }])
})

test('a frame that the end cuts off, one without data and id, and unknown fields are left out', async () => {
  expect(
    await framesOf('retry: 2000\n\nevent: empty\n\nid: 1\ndata: whole\nother: x\n\nid: 2\ndata: half'),
  ).toEqual([{ id: '1', event: 'message', data: 'whole' }])
})
