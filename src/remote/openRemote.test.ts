import { setImmediate } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import {
  answerOf,
  embeddingServer,
  letterVector,
  sendJson,
  type EmbeddingServer,
  type Misbehaviour,
} from '../../test/support/embeddingServer.ts'
import { nappingClock } from '../../test/support/nappingClock.ts'
import { EmbedlineError } from '../domain/errors.ts'
import { makeLogger } from '../lib/logger.ts'
import { openRemote } from './openRemote.ts'
import type { RemoteSettings } from './settings.ts'

const DIMENSION = 8
const KEY = 'sk-secret-1234'
const MODEL = { id: 'openai-compatible', revision: 'letters/8' }

async function remoteOf(server: Pick<EmbeddingServer, 'url'>, over: Partial<RemoteSettings> = {}) {
  const log: string[] = []
  const timeoutMs = over.timeoutMs ?? 5_000
  const clock = nappingClock(timeoutMs)
  const remote = openRemote({
    settings: {
      url: server.url,
      key: KEY,
      model: 'letters',
      dimension: DIMENSION,
      batchSize: 4,
      concurrency: 2,
      timeoutMs,
      queryPrefix: '',
      documentPrefix: '',
      ...over,
    },
    clock,
    logger: makeLogger({ write: (line) => void log.push(line), clock, level: 'debug' }),
    random: () => 0.5,
  })
  onTestFinished(async () => {
    await remote.close()
    expect(log.join()).not.toContain(KEY)
  })
  const embed = (...texts: string[]) => remote.embed(MODEL, texts, 'document')
  return { remote, embed, clock, log }
}

const unit = (text: string, dimension = DIMENSION): number[] => {
  const vector = letterVector(text, dimension)
  const length = Math.hypot(...vector)
  return vector.map((value) => value / length)
}

const isNear = (outcome: Float32Array | EmbedlineError | undefined, text: string) => {
  if (!(outcome instanceof Float32Array)) throw outcome ?? new Error('no outcome')
  expect([...outcome]).toEqual(unit(text).map((value) => expect.closeTo(value, 6) as number))
}

/** The first misbehaviours in turn, and then well. */
const inTurn = (...first: Misbehaviour[]): Misbehaviour => {
  return (request, response) => (first.shift() ?? (() => 'fine' as const))(request, response)
}

const status =
  (code: number, headers: Record<string, string> = {}, json: unknown = { error: { message: 'busy' } }) =>
  (_: unknown, response: Parameters<Misbehaviour>[1]) =>
    sendJson(response, code, json, headers)

const failureOf = async (work: Promise<unknown>): Promise<EmbedlineError> => {
  const failure: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(failure instanceof EmbedlineError)) throw new Error(`no foreseen failure: ${String(failure)}`)
  expect(failure.message).not.toContain(KEY)
  return failure
}

test('texts are embedded in batches of the set size, by the set model and key, and come in order', async () => {
  const server = await embeddingServer(DIMENSION)
  const { embed } = await remoteOf(server)
  const texts = Array.from({ length: 10 }, (_, at) => `text ${'abcdefghij'[at]}`)
  const outcomes = await embed(...texts)
  for (const [at, text] of texts.entries()) isNear(outcomes[at], text)
  expect(server.seen.map(({ input }) => input.length)).toEqual([4, 4, 2])
  expect(server.seen[0]).toMatchObject({
    path: '/v1/embeddings',
    model: 'letters',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
  })
})

test('there are no more requests at once than set, and texts of several callers share them', async () => {
  const server = await embeddingServer(DIMENSION)
  const held: (() => void)[] = []
  server.behave = ({ input }, response) => {
    held.push(() => sendJson(response, 200, answerOf(input, DIMENSION)))
  }
  const { embed } = await remoteOf(server)
  const all = Promise.all(Array.from({ length: 10 }, (_, at) => embed(`text ${at}`)))
  while (server.seen.length < 2) await setImmediate()
  for (let released = 0; released < 4; released++) {
    while (held.length === 0) await setImmediate()
    held.shift()?.()
  }
  expect(await all).toHaveLength(10)
  // The first two went alone, because there was room; the others waited and went together.
  expect(server.seen.map(({ input }) => input.length)).toEqual([1, 1, 4, 4])
  expect(server.load.most).toBe(2)
})

test('a text that somebody waits for goes before those that wait already', async () => {
  const server = await embeddingServer(DIMENSION)
  const held: (() => void)[] = []
  server.behave = ({ input }, response) => {
    held.push(() => sendJson(response, 200, answerOf(input, DIMENSION)))
  }
  const { remote, embed } = await remoteOf(server, { concurrency: 1, batchSize: 1 })
  const bulk = embed('a', 'b', 'c')
  const urgent = remote.embed(MODEL, ['now'], 'query', { isUrgent: true })
  for (let released = 0; released < 4; released++) {
    while (held.length === 0) await setImmediate()
    held.shift()?.()
  }
  await Promise.all([bulk, urgent])
  expect(server.seen.map(({ input }) => input[0])).toEqual(['a', 'now', 'b', 'c'])
})

test('vectors are put in order by their index, may be base64, and get unit length', async () => {
  const server = await embeddingServer(DIMENSION)
  const texts = ['one', 'two', 'three']
  const { data } = answerOf(texts, DIMENSION)
  const base64 = data.map(({ index, embedding }) => ({
    index,
    embedding: Buffer.from(Float32Array.from(embedding, (value) => value * 100).buffer).toString('base64'),
  }))
  server.behave = inTurn(
    (_, response) => sendJson(response, 200, { data: data.toReversed() }),
    (_, response) => sendJson(response, 200, { data: [base64[2], base64[0], base64[1]] }),
    (_, response) => sendJson(response, 200, { data: data.map(({ embedding }) => ({ embedding })) }),
  )
  const { embed } = await remoteOf(server)
  for (let round = 0; round < 3; round++)
    for (const [at, outcome] of (await embed(...texts)).entries()) isNear(outcome, texts[at] ?? '')
})

test('queries and documents get their prefixes, and a query that was asked lately is not sent again', async () => {
  const server = await embeddingServer(DIMENSION)
  const { remote, embed } = await remoteOf(server, { queryPrefix: 'query: ', documentPrefix: 'passage: ' })
  const [first] = await remote.embed(MODEL, ['refund'], 'query')
  const [again] = await remote.embed(MODEL, ['refund'], 'query')
  await embed('refund')
  isNear(first, 'query: refund')
  expect(again).toEqual(first)
  expect(server.seen.map(({ input }) => input)).toEqual([['query: refund'], ['passage: refund']])
})

test.for([
  ['429 with seconds', status(429, { 'retry-after': '1' })],
  ['429 without a header', status(429)],
  ['503', status(503)],
  ['500', status(500)],
  [
    '502 with a page',
    (_: unknown, response: Parameters<Misbehaviour>[1]) => response.writeHead(502).end('<html>'),
  ],
  ['truncated JSON', (_: unknown, response: Parameters<Misbehaviour>[1]) => response.end('{"data": [{"ind')],
  ['a connection that breaks off', (_: unknown, response: Parameters<Misbehaviour>[1]) => response.destroy()],
  [
    'an answer that breaks off',
    (_: unknown, response: Parameters<Misbehaviour>[1]) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('{"data":', () => response.destroy())
    },
  ],
] as const)('%s is tried again after a short wait', async ([, misbehave]) => {
  const server = await embeddingServer(DIMENSION)
  server.behave = inTurn(
    (request, response) => void misbehave(request, response),
    (request, response) => void misbehave(request, response),
  )
  const { embed, clock } = await remoteOf(server)
  isNear((await embed('hello'))[0], 'hello')
  expect(server.seen).toHaveLength(3)
  expect(clock.naps).toHaveLength(2)
  const [first = 0, second = 0] = clock.naps
  expect(first).toBeGreaterThanOrEqual(200)
  expect(second).toBeGreaterThanOrEqual(first)
})

test('a server that is down is left alone for a growing time, and asked by one harmless text whether it is back', async () => {
  const server = await embeddingServer(DIMENSION)
  server.behave = status(502)
  const { remote, embed, clock, log } = await remoteOf(server)
  const first = await failureOf(embed('hello'))
  expect(first).toMatchObject({ code: 'remote_unavailable', retryAfterMs: 1000 })
  expect(first.message).toBe('The server of the remote model is not available: it answers 502: busy.')
  // Three times the text, and once the harmless one.
  expect(server.seen.map(({ input }) => input[0])).toEqual(['hello', 'hello', 'hello', 'test'])

  clock.advance(400)
  expect((await failureOf(embed('hello'))).retryAfterMs).toBeLessThanOrEqual(600)
  expect(() => remote.refuseWhileDown()).toThrow(EmbedlineError)
  expect(server.seen).toHaveLength(4)

  clock.advance(600)
  remote.refuseWhileDown()
  const both = [failureOf(embed('one')), failureOf(embed('two'))]
  for (const failure of await Promise.all(both)) expect(failure.retryAfterMs).toBeGreaterThan(1900)
  expect(server.seen.map(({ input }) => input[0]).slice(4)).toEqual(['test'])

  clock.advance(2000)
  server.behave = () => 'fine'
  isNear((await embed('hello'))[0], 'hello')
  expect(server.seen.map(({ input }) => input[0]).slice(5)).toEqual(['test', 'hello'])
  expect(log.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
    'the remote model is not available; what needs it waits',
    'the remote model is not available; what needs it waits',
    'the remote model is back',
  ])
})

test('a server that asks for a longer time gets it, in seconds or until a date', async () => {
  const server = await embeddingServer(DIMENSION)
  const { embed, clock } = await remoteOf(server)
  server.behave = status(429, { 'retry-after': '30' })
  expect((await failureOf(embed('hello'))).retryAfterMs).toBe(30_000)
  expect(server.seen).toHaveLength(1)
  clock.advance(30_000)
  server.behave = status(503, { 'retry-after': new Date(clock.nowMs() + 90_000).toUTCString() })
  const { retryAfterMs = 0 } = await failureOf(embed('hello'))
  expect(retryAfterMs).toBeGreaterThan(88_000)
  expect(retryAfterMs).toBeLessThanOrEqual(90_000)
})

test('a server that is not there at all is unavailable', async () => {
  const server = await embeddingServer(DIMENSION)
  const { embed } = await remoteOf({ url: server.url.replace(/:\d+/, ':1') })
  const failure = await failureOf(embed('hello'))
  expect(failure).toMatchObject({ code: 'remote_unavailable', retryAfterMs: 1000 })
  expect(failure.message).toContain('ECONNREFUSED')
})

test('a request that is not answered in time ends, and nobody waits for two more of them', async () => {
  const server = await embeddingServer(DIMENSION)
  server.behave = () => {}
  const { embed } = await remoteOf(server, { timeoutMs: 40 })
  const failure = await failureOf(embed('hello'))
  expect(failure.message).toContain('it gave no answer within 0.04 s')
  expect(server.seen.map(({ input }) => input[0])).toEqual(['hello', 'test'])
})

test.for([
  [400, { error: { message: 'unknown parameter' } }, 'refuses this (400): unknown parameter'],
  [404, { detail: 'no such model' }, 'refuses this (404): no such model'],
  [422, { detail: [{ msg: 'wrong', input: 'what was sent' }] }, 'refuses this (422): wrong'],
  [401, { error: { message: `Incorrect API key: ${KEY}` } }, 'does not accept our key (401)'],
  [403, {}, 'does not accept our key (403)'],
  [418, { message: `${KEY} ${'very '.repeat(100)}long` }, 'refuses this (418): … very very'],
  [308, {}, 'sends us elsewhere (308)'],
] as const)('a refusal with %i is told in few words, and without the key', async ([code, json, words]) => {
  const server = await embeddingServer(DIMENSION)
  server.behave = status(code, { location: `${server.url}/elsewhere` }, json)
  const { embed, clock } = await remoteOf(server)
  const [outcome] = await embed('hello')
  if (!(outcome instanceof EmbedlineError)) throw new Error('it was not refused')
  expect(outcome).toMatchObject({ code: 'remote_refused', retryable: false })
  expect(outcome.message).toContain(words)
  expect(outcome.message).not.toContain(KEY)
  expect(outcome.message.length).toBeLessThan(300)
  expect(server.seen).toHaveLength(1)
  expect(clock.naps).toEqual([])
})

test('what is not what was asked for is refused with what was expected', async () => {
  const server = await embeddingServer(DIMENSION)
  const { embed } = await remoteOf(server)
  const refusal = async (misbehave: Misbehaviour) => {
    server.behave = misbehave
    const [outcome] = await embed('a', 'b')
    if (!(outcome instanceof EmbedlineError)) throw new Error('it was not refused')
    expect(outcome.code).toBe('remote_refused')
    return outcome.message.replace('The server of the remote model ', '')
  }
  const json =
    (value: unknown): Misbehaviour =>
    (_, response) =>
      sendJson(response, 200, value)
  expect(await refusal(json(answerOf(['a', 'b'], 3)))).toBe(
    'gave vectors of 3 numbers, and 8 are configured.',
  )
  expect(await refusal(json(answerOf(['a'], DIMENSION)))).toBe('gave 1 vectors for 2 texts.')
  expect(await refusal(json({ data: [{ index: 1 }, { index: 1 }] }))).toContain('indexes are not those')
  expect(await refusal(json({ embeddings: [] }))).toBe('answers without a list named data.')
  expect(await refusal((_, response) => void response.end('<html>Welcome</html>'))).toContain('a page')
  const huge = 'x'.repeat(1_000_000)
  expect(await refusal(json({ data: huge }))).toMatch(/^gave more than the \d+ bytes/)
})

test('a vector that is none fails its own text and no other', async () => {
  const server = await embeddingServer(DIMENSION)
  const { embed } = await remoteOf(server)
  server.behave = ({ input }, response) => {
    const { data } = answerOf(input, DIMENSION)
    const vectors = data.map(({ index, embedding }) => ({
      index,
      embedding: [embedding.map(() => 0), embedding.map(() => null), embedding, embedding.map(() => 1e200)][
        index
      ],
    }))
    sendJson(response, 200, { data: vectors })
  }
  const [zeros, nulls, fine, infinite] = await embed('a', 'b', 'c', 'd')
  expect(zeros).toMatchObject({ code: 'remote_refused' })
  expect(nulls).toMatchObject({ code: 'remote_refused' })
  isNear(fine, 'c')
  expect(infinite).toMatchObject({ code: 'remote_refused' })
})

test('of a batch that is refused for one text only that text fails', async () => {
  const server = await embeddingServer(DIMENSION)
  const { embed } = await remoteOf(server, { batchSize: 8 })
  const tooLong = 'Input validation error: `inputs` must have less than 512 tokens. Given: 600'
  server.behave = ({ input }, response) => {
    if (!input.includes('long')) return 'fine'
    return sendJson(response, 413, { error: { message: tooLong, type: 'validation' } })
  }
  const outcomes = await embed('a', 'b', 'c', 'd', 'e', 'long', 'g', 'h')
  expect(outcomes[5]).toMatchObject({ code: 'text_too_long' })
  expect(outcomes.filter((outcome) => outcome instanceof EmbedlineError)).toHaveLength(1)

  // Some servers write what is no JSON.
  server.behave = ({ input }, response) =>
    input.includes('nan') ? void response.end('{"data":[{"index":0,"embedding":[NaN]}]}') : 'fine'
  const others = await embed('a', 'nan', 'c')
  expect(others.map((outcome) => outcome instanceof EmbedlineError)).toEqual([false, true, false])

  // And some fall over a text each time.
  server.behave = ({ input }, response) =>
    input.includes('poison') ? sendJson(response, 500, { error: 'oops' }) : 'fine'
  const [fine, poison] = await embed('a', 'poison')
  isNear(fine, 'a')
  expect(poison).toMatchObject({ code: 'remote_unavailable', retryAfterMs: undefined })
})

test('a server that refuses every text is not asked about each of them', async () => {
  const server = await embeddingServer(DIMENSION)
  server.behave = status(400)
  const { embed } = await remoteOf(server, { batchSize: 32 })
  const outcomes = await embed(...Array.from({ length: 32 }, (_, at) => `text ${at}`))
  expect(outcomes.every((outcome) => outcome instanceof EmbedlineError)).toBe(true)
  expect(server.seen.map(({ input }) => input.length)).toEqual([32, 1])
})

test('a redirect is not followed: the key goes nowhere else', async () => {
  const [server, elsewhere] = await Promise.all([embeddingServer(DIMENSION), embeddingServer(DIMENSION)])
  server.behave = status(307, { location: `${elsewhere.url}/embeddings` }, {})
  const { embed } = await remoteOf(server)
  expect((await embed('hello'))[0]).toMatchObject({ code: 'remote_refused' })
  expect(elsewhere.seen).toEqual([])
})

test('a caller that gives up is let go at once, and its request ends when nobody else waits for it', async () => {
  const server = await embeddingServer(DIMENSION)
  const closed = Promise.withResolvers<void>()
  server.behave = (_, response) => void response.on('close', closed.resolve)
  const { remote } = await remoteOf(server, { concurrency: 1 })
  const stop = new AbortController()
  const running = remote.embed(MODEL, ['one'], 'document', { signal: stop.signal })
  const waiting = remote.embed(MODEL, ['two'], 'document', { signal: stop.signal })
  while (server.seen.length === 0) await setImmediate()
  stop.abort()
  expect(await failureOf(running)).toMatchObject({ code: 'aborted' })
  expect(await failureOf(waiting)).toMatchObject({ code: 'aborted' })
  await closed.promise
  server.behave = () => 'fine'
  isNear((await remote.embed(MODEL, ['three'], 'document'))[0], 'three')
  expect(server.seen).toHaveLength(2)
})

test('closing ends what is under way', async () => {
  const server = await embeddingServer(DIMENSION)
  server.behave = () => {}
  const { remote, embed } = await remoteOf(server)
  const running = failureOf(embed('hello'))
  while (server.seen.length === 0) await setImmediate()
  await remote.close()
  expect(await running).toMatchObject({ code: 'aborted' })
})

test('while many fail at once nobody goes on for long: the server is asked early, and all learn what came of it', async () => {
  const server = await embeddingServer(DIMENSION)
  server.behave = status(500)
  const { embed } = await remoteOf(server, { concurrency: 8, batchSize: 1 })
  const failures = await Promise.all(Array.from({ length: 8 }, (_, at) => failureOf(embed(`text ${at}`))))
  for (const failure of failures) expect(failure.retryAfterMs).toBeGreaterThan(0)
  expect(server.seen.filter(({ input }) => input[0] !== 'test').length).toBeLessThanOrEqual(16)
  expect(server.seen.filter(({ input }) => input[0] === 'test').length).toBeLessThanOrEqual(2)
})
