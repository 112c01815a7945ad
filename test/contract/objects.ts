import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { beforeEach, expect, test } from 'vitest'
import type { Objects } from '../../src/objects/objects.ts'

const bytes = (text: string) => Buffer.from(text)
const md5 = (text: string) => createHash('md5').update(text).digest('hex')
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** What every place for bytes promises. One that cannot keep a promise lists it in `skip`, with the reason. */
export function objectsContract(open: () => Promise<Objects>, skip: Record<string, string> = {}): void {
  let objects: Objects
  beforeEach(async () => void (objects = await open()))

  const promise = (name: string, check: () => Promise<void>) =>
    // oxlint-disable-next-line vitest/valid-title -- the promises below are the titles
    test(name, async ({ skip: leaveOut }) => (name in skip ? leaveOut(skip[name]) : check()))

  const receive = async (text: string) => {
    const upload = await objects.receive(1000)
    await upload.write(bytes(text))
    return await upload.finish()
  }
  const kept = async (accountId: string, hash: string) =>
    objects.useFile({ accountId, hash }, undefined, (path) => readFile(path, 'utf8'))
  const listed = async () => {
    const found: { accountId: string; hash: string }[] = []
    for await (const each of objects.list()) found.push(each)
    return found
  }

  promise('bytes that came in pieces are kept as one, named by their SHA-256', async () => {
    const upload = await objects.receive(1000)
    await upload.write(bytes('one '))
    await upload.write(bytes('two'))
    const received = await upload.finish()
    expect(received).toMatchObject({ hash: sha256('one two'), sizeBytes: 7 })

    await objects.keep('a', received)
    expect(await kept('a', received.hash)).toBe('one two')
    expect(await listed()).toEqual([{ accountId: 'a', hash: received.hash }])
  })

  promise('no bytes at all are kept like others', async () => {
    const received = await receive('')
    await objects.keep('a', received)
    expect(await kept('a', sha256(''))).toBe('')
  })

  promise('the same bytes kept twice lie there once', async () => {
    await objects.keep('a', await receive('same'))
    await objects.keep('a', await receive('same'))
    expect(await listed()).toHaveLength(1)
    expect(await kept('a', sha256('same'))).toBe('same')
  })

  promise('two accounts keep the same bytes apart', async () => {
    await objects.keep('a', await receive('same'))
    await objects.keep('b', await receive('same'))
    await objects.remove('a', sha256('same'))
    expect(await listed()).toEqual([{ accountId: 'b', hash: sha256('same') }])
  })

  promise('removing what is not there is no error', async () => {
    await objects.remove('nobody', sha256('nothing'))
  })

  promise('bytes past the limit are refused, and again after that', async () => {
    const upload = await objects.receive(4)
    await upload.write(bytes('1234'))
    await expect(upload.write(bytes('5'))).rejects.toMatchObject({ code: 'too_large' })
    await expect(upload.write(bytes('5'))).rejects.toMatchObject({ code: 'too_large' })
    await upload.abandon()
  })

  promise(
    'an abandoned upload leaves nothing, while it is written, finished or abandoned before',
    async () => {
      const upload = await objects.receive(1000)
      const written = upload.write(bytes('half'))
      await Promise.all([written, upload.abandon()])
      await upload.abandon()
      await expect(upload.write(bytes('more'))).rejects.toMatchObject({ code: 'aborted' })

      const finished = await objects.receive(1000)
      const { temporaryPath } = await finished.finish()
      await finished.abandon()
      expect(existsSync(temporaryPath)).toBe(false)
      expect(await listed()).toEqual([])
    },
  )

  promise('abandoning what was kept leaves it kept', async () => {
    const upload = await objects.receive(1000)
    await upload.write(bytes('mine'))
    await objects.keep('a', await upload.finish())
    await upload.abandon()
    expect(await listed()).toEqual([{ accountId: 'a', hash: sha256('mine') }])
  })

  promise('uploads at the same time do not mix', async () => {
    const [first, second] = await Promise.all([receive('first'), receive('second')])
    await Promise.all([objects.keep('a', first), objects.keep('a', second)])
    expect(await kept('a', sha256('first'))).toBe('first')
    expect(await kept('a', sha256('second'))).toBe('second')
  })

  const part = async (name: string, offset: number, text: string) => {
    const number = offset / 4 + 1
    const file = await objects.openPart(name, { number, offset, sizeBytes: text.length })
    await file.write(bytes(text))
    const written = await file.finish()
    await file.close()
    return written
  }
  const never = new AbortController().signal

  promise('parts are written in their places in any order, and kept as one', async () => {
    expect(await part('parts', 4, 'two ')).toEqual({ sizeBytes: 4, md5: md5('two ') })
    await part('parts', 8, 'three')
    await part('parts', 0, 'x'.repeat(4))
    await part('parts', 0, 'one ')
    expect(await objects.unfinished()).toEqual(['parts'])
    const hash = await objects.hashParts('parts', 13, never)
    expect(hash).toBe(sha256('one two three'))
    await objects.keepParts('parts', 'a', hash)
    await objects.keepParts('parts', 'a', hash)
    expect(await kept('a', hash)).toBe('one two three')
    expect(await objects.unfinished()).toEqual([])
  })

  promise('a part takes no more than its size, and writes nothing of what is too much', async () => {
    await part('parts', 4, 'next')
    const file = await objects.openPart('parts', { number: 1, offset: 0, sizeBytes: 4 })
    await file.write(bytes('abc'))
    await expect(file.write(bytes('def'))).rejects.toMatchObject({ code: 'too_large' })
    await file.close()
    await part('parts', 0, 'good')
    expect(await objects.hashParts('parts', 8, never)).toBe(sha256('goodnext'))
    await objects.forget('parts')
    expect(await objects.unfinished()).toEqual([])
  })

  promise('parts that are not there cannot be hashed or kept, and hashing can be stopped', async () => {
    await expect(objects.hashParts('none', 4, never)).rejects.toMatchObject({ code: 'input_missing' })
    await expect(objects.keepParts('none', 'a', sha256('none'))).rejects.toMatchObject({
      code: 'input_missing',
    })
    await part('parts', 0, 'some')
    await expect(objects.hashParts('parts', 5, never)).rejects.toMatchObject({ code: 'input_missing' })
    await expect(objects.hashParts('parts', 4, AbortSignal.abort())).rejects.toMatchObject({
      code: 'aborted',
    })
  })

  promise('what is kept is read as a whole and in ranges, by its account', async () => {
    const received = await receive('0123456789')
    await objects.keep('a', received)
    const read = async (range?: { first: number; last: number }) =>
      text(await objects.open('a', received.hash, range))
    expect([await read(), await read({ first: 2, last: 4 })]).toEqual(['0123456789', '234'])
    await expect(objects.open('b', received.hash)).rejects.toMatchObject({ code: 'not_found' })
  })

  promise('what was flushed goes on under its name, and has the hash of the whole', async () => {
    const first = await objects.resume('long', { limitBytes: 1000, keepBytes: 0 })
    await first.write(bytes('flushed'))
    await first.flush()
    expect(first.sizeBytes).toBe(7)
    await first.write(bytes(' and lost'))
    await first.leave()
    expect(await objects.unfinished()).toEqual(['long'])

    const second = await objects.resume('long', { limitBytes: 1000, keepBytes: 7 })
    expect(second.sizeBytes).toBe(7)
    await second.write(bytes(' goes on'))
    const received = await second.finish()
    expect(received).toMatchObject({ hash: sha256('flushed goes on'), sizeBytes: 15 })
    await objects.keep('a', received)
    await second.leave()
    expect(await kept('a', received.hash)).toBe('flushed goes on')
    expect(await objects.unfinished()).toEqual([])
    expect(await listed()).toHaveLength(1)
  })

  promise('fewer bytes than are to be kept are none', async () => {
    const first = await objects.resume('long', { limitBytes: 1000, keepBytes: 0 })
    await first.write(bytes('short'))
    await first.leave()
    const second = await objects.resume('long', { limitBytes: 1000, keepBytes: 100 })
    expect(second.sizeBytes).toBe(0)
    expect(await second.finish()).toMatchObject({ hash: sha256(''), sizeBytes: 0 })
  })

  promise('whoever had a name open before can write no more, nor remove what goes on', async () => {
    const first = await objects.resume('long', { limitBytes: 1000, keepBytes: 0 })
    await first.write(bytes('one'))
    const second = await objects.resume('long', { limitBytes: 1000, keepBytes: 3 })
    await expect(first.write(bytes('x'))).rejects.toMatchObject({ code: 'aborted' })
    await expect(first.finish()).rejects.toMatchObject({ code: 'aborted' })
    await first.abandon()
    await second.write(bytes(' two'))
    const received = await second.finish()
    expect(await readFile(received.temporaryPath, 'utf8')).toBe('one two')
    expect(received.hash).toBe(sha256('one two'))
  })

  promise('an upload begins anew, within the same limit', async () => {
    for (const upload of [
      await objects.receive(7),
      await objects.resume('long', { limitBytes: 7, keepBytes: 0 }),
    ]) {
      await upload.write(bytes('another'))
      await upload.restart()
      expect(upload.sizeBytes).toBe(0)
      await upload.write(bytes('the one'))
      const received = await upload.finish()
      expect(received).toMatchObject({ hash: sha256('the one'), sizeBytes: 7 })
      expect(await readFile(received.temporaryPath, 'utf8')).toBe('the one')
    }
  })

  promise('what is forgotten is gone, also while it is written', async () => {
    const written = await objects.resume('written', { limitBytes: 1000, keepBytes: 0 })
    await written.write(bytes('some'))
    const left = await objects.resume('left', { limitBytes: 1000, keepBytes: 0 })
    await left.leave()
    for (const name of ['written', 'left', 'never']) await objects.forget(name)
    expect(await objects.unfinished()).toEqual([])
    await expect(written.write(bytes('more'))).rejects.toMatchObject({ code: 'aborted' })
  })
}
