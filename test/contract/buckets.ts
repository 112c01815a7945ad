import { readFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { BucketObject, Buckets } from '../../src/buckets/buckets.ts'

/** Buckets to hold against the promises, and what only their kind can do. */
export interface OpenedBuckets {
  /** Accounts have roots of their own. */
  buckets: Buckets
  /** Puts small objects there faster than one at a time. */
  fill(account: string, bucket: string, keys: readonly string[]): Promise<void>
  /** Changes the bytes of an object under the hands of whoever reads it, if that is possible there. */
  overwrite(account: string, bucket: string, key: string, text: string): Promise<void>
  close(): Promise<void>
}

const KEYS = [
  'a-b',
  'a.txt',
  'a/b',
  'a/b c',
  'a/b-/d',
  'a/b/'.concat('deep/'.repeat(30), 'leaf'),
  'a0',
  '-rf',
  '$HOME;`id`',
  'Z',
  '%2e%2e/%00',
  'back\\slash:colon*?"<>|',
  'line\nbreak',
  ' leading and trailing ',
  '...',
  '.hidden/.file',
  'é',
  'e\u0301',
  '\uffff',
  '\u{1f600}',
  'x'.repeat(255),
].filter((key, _, keys) => !keys.some((other) => other.startsWith(`${key}/`)))

const byBytes = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other))

/**
 * What every kind of buckets promises. One that cannot keep a promise lists it in `skip`, with the reason; `holds` tells
 * which keys the server of the tests can have.
 */
export function bucketsContract(
  open: () => Promise<OpenedBuckets>,
  { skip = {}, holds = () => true }: { skip?: Record<string, string>; holds?: (key: string) => boolean } = {},
): void {
  const held = KEYS.filter(holds)
  let opened: OpenedBuckets
  let buckets: Buckets
  beforeEach(async () => {
    opened = await open()
    buckets = opened.buckets
  })
  afterEach(() => opened.close())

  const promise = (name: string, check: () => Promise<void>) =>
    // oxlint-disable-next-line vitest/valid-title -- the promises below are the titles
    test(name, async ({ skip: leaveOut }) => (name in skip ? leaveOut(skip[name]) : check()))

  const put = (key: string, text: string, bucket = 'handbook', account = 'ana') =>
    buckets.put(account, bucket, key, pieces(text))
  const listed = async (after?: string, bucket = 'handbook', account = 'ana') => {
    const found: BucketObject[] = []
    for await (const object of buckets.objects(account, bucket, { after })) found.push(object)
    return found
  }
  const keysOf = async (after?: string) => (await listed(after)).map(({ key }) => key)
  const read = async (key: string, bucket = 'handbook', account = 'ana') => {
    const { stream } = await buckets.open(account, bucket, key)
    return Buffer.concat(await stream.toArray()).toString()
  }

  /** What a program reads in the file of an object; undefined when there is no object. */
  const fileOf = async (key: string, bucket = 'handbook') => {
    let found: { object: BucketObject; text: string } | undefined
    const isThere = await buckets.useFile('ana', bucket, key, undefined, async ({ path, ...object }) => {
      found = { object, text: await readFile(path, 'utf8') }
    })
    expect(isThere).toBe(found !== undefined)
    return found
  }

  promise('what was put is read, listed and told the same of, under any key', async () => {
    for (const key of held) {
      const object = await put(key, `text of ${key}`)
      expect(object).toMatchObject({ key, sizeBytes: Buffer.byteLength(`text of ${key}`) })
      expect(await buckets.stat('ana', 'handbook', key)).toEqual(object)
      expect(await read(key)).toBe(`text of ${key}`)
      expect(await fileOf(key)).toEqual({ object, text: `text of ${key}` })
    }
    expect(await listed()).toEqual(
      await Promise.all(held.toSorted(byBytes).map((key) => buckets.stat('ana', 'handbook', key))),
    )
  })

  promise('a listing is in the order of the bytes of the keys, and goes on after any key', async () => {
    await opened.fill('ana', 'handbook', held)
    const sorted = held.toSorted(byBytes)
    expect(await keysOf()).toEqual(sorted)
    for (const after of [...sorted, '', 'a', 'a/', 'a/b/', 'a/b/deep', 'a0/', 'nobody', '\u{10ffff}'])
      expect(await keysOf(after)).toEqual(sorted.filter((key) => byBytes(key, after) > 0))
  })

  promise('spellings of a letter that look alike are different keys', async () => {
    await put('caf\u00e9', 'composed')
    await put('cafe\u0301', 'decomposed')
    expect(await read('caf\u00e9')).toBe('composed')
    expect(await read('cafe\u0301')).toBe('decomposed')
    expect(await keysOf()).toEqual(['cafe\u0301', 'caf\u00e9'])
  })

  promise('keys that no folder could hold are refused wherever they are said, with the rule', async () => {
    await put('a', 'text')
    const bad = [
      '',
      '/a',
      'a/',
      'a//b',
      '.',
      '..',
      '../x',
      'a/../b',
      'a/./b',
      'a\0b',
      'x'.repeat(256),
      '\ud800',
    ]
    for (const key of [...bad, 'ab/'.repeat(342), 'ä'.repeat(128)]) {
      const refused = { code: 'request_invalid', field: 'key' }
      await expect(put(key, 'text')).rejects.toMatchObject(refused)
      await expect(read(key)).rejects.toMatchObject(refused)
      await expect(fileOf(key)).rejects.toMatchObject(refused)
      await expect(buckets.remove('ana', 'handbook', key)).rejects.toMatchObject(refused)
    }
    expect(await keysOf()).toEqual(['a'])
  })

  promise('a name that no bucket can have is no bucket, and cannot become one', async () => {
    for (const bucket of [
      '..',
      '.',
      '',
      'ab',
      'UPPER',
      'a b c',
      'a/b',
      '../x',
      '-ab',
      'ab-',
      'a..b',
      '192.168.0.1',
    ]) {
      expect(await buckets.exists('ana', bucket)).toBe(false)
      await expect(listed('', bucket)).rejects.toMatchObject({ code: 'not_found' })
      await expect(put('a', 'text', bucket)).rejects.toMatchObject({ code: 'request_invalid' })
    }
    expect(await buckets.list('ana')).toEqual([])
  })

  promise('an empty bucket can be made, once', async () => {
    expect(await buckets.make('ana', 'handbook')).toBe(true)
    expect(await buckets.exists('ana', 'handbook')).toBe(true)
    expect(await buckets.make('ana', 'handbook')).toBe(false)
    expect(await buckets.exists('bob', 'handbook')).toBe(false)
    await expect(buckets.make('ana', '../x')).rejects.toMatchObject({ code: 'request_invalid' })
  })

  promise('a bucket is there from its first object on', async () => {
    expect(await buckets.exists('ana', 'handbook')).toBe(false)
    await put('a', 'text', 'zoo')
    await put('a', 'text')
    expect(await buckets.exists('ana', 'handbook')).toBe(true)
    expect(await buckets.list('ana')).toEqual(['handbook', 'zoo'])
  })

  promise('what is not there is not found, in a bucket that is there and in one that is not', async () => {
    await put('a/b', 'text')
    for (const [bucket, key] of [
      ['handbook', 'nothing'],
      ['handbook', 'a'],
      ['handbook', 'a/b/c'],
      ['nowhere', 'a'],
    ] as const) {
      expect(await buckets.stat('ana', bucket, key)).toBeUndefined()
      expect(await buckets.remove('ana', bucket, key)).toBe(false)
      await expect(read(key, bucket)).rejects.toMatchObject({ code: 'not_found' })
      expect(await fileOf(key, bucket)).toBeUndefined()
    }
    // An empty listing of a bucket that is gone would say that all its files are gone.
    await expect(listed('', 'nowhere')).rejects.toMatchObject({ code: 'not_found' })
  })

  promise('two accounts with buckets of one name do not see each other', async () => {
    await put('a', 'of Ana')
    await put('b', 'of Ben', 'handbook', 'ben')
    expect(await keysOf()).toEqual(['a'])
    await expect(read('b')).rejects.toMatchObject({ code: 'not_found' })
    expect(await buckets.remove('ana', 'handbook', 'b')).toBe(false)
    expect(await read('b', 'handbook', 'ben')).toBe('of Ben')
    expect(await buckets.list('nobody')).toEqual([])
  })

  promise('an account is a name, not a way to the buckets of others', async () => {
    await put('a', 'text')
    for (const account of ['.', '..', '../ana', 'ana/', 'ana/handbook', '', 'AN\0A', '%61na']) {
      expect(await buckets.list(account)).toEqual([])
      expect(await buckets.exists(account, 'handbook')).toBe(false)
    }
  })

  promise(
    'another object under the same key has another change token, the same object the same one',
    async () => {
      const first = await put('a', 'one')
      expect((await buckets.stat('ana', 'handbook', 'a'))?.changeToken).toBe(first.changeToken)
      const second = await put('a', 'two')
      expect(second.changeToken).not.toBe(first.changeToken)
      expect(await read('a')).toBe('two')
    },
  )

  promise('an object that is replaced or removed while it is read is read to its old end', async () => {
    const long = 'old '.repeat(1_000_000)
    await put('a', long)
    const { stream, sizeBytes } = await buckets.open('ana', 'handbook', 'a')
    const [head] = await stream
      .take(1)
      .toArray()
      .then((chunks: Buffer[]) => chunks)
    expect(head?.toString('utf8', 0, 4)).toBe('old ')
    expect(sizeBytes).toBe(long.length)

    const whole = await buckets.open('ana', 'handbook', 'a')
    await put('a', 'new')
    expect(Buffer.concat(await whole.stream.toArray()).toString()).toBe(long)
    const removed = await buckets.open('ana', 'handbook', 'a')
    await buckets.remove('ana', 'handbook', 'a')
    expect(Buffer.concat(await removed.stream.toArray()).toString()).toBe('new')
  })

  promise('a range of an object is read alone, as far as it is there', async () => {
    await put('a', '0123456789'.repeat(100_000))
    const part = async (first: number, last: number) => {
      const { stream, sizeBytes } = await buckets.open('ana', 'handbook', 'a', { first, last })
      expect(sizeBytes).toBe(1_000_000)
      return Buffer.concat(await stream.toArray()).toString()
    }
    expect(await part(3, 3)).toBe('3')
    expect(await part(5, 600_004)).toBe('5678901234'.repeat(60_000))
    expect(await part(999_998, 2_000_000)).toBe('89')
  })

  promise('a range of an object whose bytes change while it is read fails as changed', async () => {
    await put('a', '0123456789'.repeat(100_000))
    const { stream } = await buckets.open('ana', 'handbook', 'a', { first: 5, last: 600_004 })
    await opened.overwrite('ana', 'handbook', 'a', 'new '.repeat(250_000))
    await expect(stream.toArray()).rejects.toMatchObject({ code: 'file_changed' })
  })

  promise('an object whose bytes change while it is read fails as changed instead of ending', async () => {
    await put('a', 'old '.repeat(1_000_000))
    const { stream } = await buckets.open('ana', 'handbook', 'a')
    await opened.overwrite('ana', 'handbook', 'a', 'new '.repeat(1_000_000))
    await expect(stream.toArray()).rejects.toMatchObject({ code: 'file_changed' })
  })

  promise('bytes that stop coming leave the old object and nothing else', async () => {
    await put('a', 'old')
    const broken = new Error('the caller hung up')
    async function* breaking() {
      yield Buffer.from('half')
      throw broken
    }
    await expect(buckets.put('ana', 'handbook', 'a', breaking())).rejects.toBe(broken)
    await expect(buckets.put('ana', 'handbook', 'b/c', breaking())).rejects.toBe(broken)
    expect(await read('a')).toBe('old')
    expect(await keysOf()).toEqual(['a'])
  })

  promise('an empty object is an object', async () => {
    expect(await put('empty', '')).toMatchObject({ sizeBytes: 0 })
    expect(await read('empty')).toBe('')
  })

  promise('where folders were, an object may be once they are empty', async () => {
    await put('a/b/c', 'text')
    expect(await buckets.remove('ana', 'handbook', 'a/b/c')).toBe(true)
    await put('a', 'text')
    expect(await keysOf()).toEqual(['a'])
  })

  promise('a bucket whose last object is removed is still a bucket', async () => {
    await put('a/b', 'text')
    await buckets.remove('ana', 'handbook', 'a/b')
    expect(await keysOf()).toEqual([])
    expect(await buckets.exists('ana', 'handbook')).toBe(true)
  })

  promise(
    'while others put and remove, a listing has all that stays, once, and nothing half written',
    async () => {
      const staying = Array.from({ length: 600 }, (_, i) => `${i % 7}/${String(i).padStart(3, '0')}`)
      await opened.fill('ana', 'handbook', staying)
      let isOver = false
      const others = Array.from({ length: 4 }, async (_, writer) => {
        for (let i = 0; !isOver; i++) {
          const key = `${i % 7}/folder of ${writer}/${i % 3}`
          expect((await put(key, 'x'.repeat(5000))).sizeBytes).toBe(5000)
          await buckets.remove('ana', 'handbook', key)
        }
      })
      try {
        for (let round = 0; round < 5; round++) {
          const found = await listed()
          const keys = found.map(({ key }) => key)
          expect(keys).toEqual(keys.toSorted(byBytes))
          expect(keys.filter((key) => !key.includes('folder'))).toEqual(staying.toSorted(byBytes))
          expect(found.filter(({ key, sizeBytes }) => key.includes('folder') && sizeBytes !== 5000)).toEqual(
            [],
          )
        }
      } finally {
        isOver = true
        await Promise.all(others)
      }
    },
  )

  promise('of several who put one key at once, one wins as a whole', async () => {
    const texts = Array.from({ length: 8 }, (_, i) => `${i}`.repeat(10_000))
    await Promise.all(texts.map((text) => put('one/key', text)))
    expect(texts).toContain(await read('one/key'))
    expect(await keysOf()).toEqual(['one/key'])
  })

  promise('more than 20,000 objects are listed in order while other things happen', async () => {
    const keys = Array.from({ length: 20_500 }, (_, i) => `folder/file ${i}.txt`)
    await opened.fill('ana', 'handbook', keys)
    let count = 0
    let turns = 0
    let before = ''
    let isOver = false
    const others = (async () => {
      for (; !isOver; turns++) await setTimeout(0)
    })()
    for await (const { key } of buckets.objects('ana', 'handbook')) {
      expect(byBytes(before, key)).toBeLessThan(0)
      before = key
      count++
    }
    isOver = true
    await others
    expect(count).toBe(keys.length)
    expect(turns).toBeGreaterThan(20)
  })
}

async function* pieces(text: string) {
  const bytes = Buffer.from(text)
  for (let start = 0; start < bytes.length; start += 60_000) yield bytes.subarray(start, start + 60_000)
}
