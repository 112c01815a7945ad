import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { beforeEach, expect, test } from 'vitest'
import type { Objects } from '../../src/objects/objects.ts'

const bytes = (text: string) => Buffer.from(text)
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
    expect(await readFile(objects.path('a', received.hash), 'utf8')).toBe('one two')
    expect(await listed()).toEqual([{ accountId: 'a', hash: received.hash }])
  })

  promise('no bytes at all are kept like others', async () => {
    const received = await receive('')
    await objects.keep('a', received)
    expect(await readFile(objects.path('a', sha256('')), 'utf8')).toBe('')
  })

  promise('the same bytes kept twice lie there once', async () => {
    await objects.keep('a', await receive('same'))
    await objects.keep('a', await receive('same'))
    expect(await listed()).toHaveLength(1)
    expect(await readFile(objects.path('a', sha256('same')), 'utf8')).toBe('same')
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
    expect(await readFile(objects.path('a', sha256('first')), 'utf8')).toBe('first')
    expect(await readFile(objects.path('a', sha256('second')), 'utf8')).toBe('second')
  })
}
