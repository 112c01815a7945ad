import { expect, test } from 'vitest'
import { onPostgres } from '../../test/support/withDatabase.ts'
import { withStore, type StoreForTest } from '../../test/support/withStore.ts'
import type { RateLimits } from '../domain/rates.ts'
import { forgetOldUse } from './forgetOldUse.ts'
import { openUsage } from './usage.ts'

const logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => logger }

const open = ({ store, clock }: Pick<StoreForTest, 'store' | 'clock'>, limits: RateLimits) =>
  openUsage({ store, clock, logger, limits })

const ONE = { keyId: 'one' }

test('each key has its requests of a minute, and gets new ones with the next minute', () =>
  withStore(async (parts) => {
    const usage = await open(parts, { requestsPerMinute: 2 })
    parts.clock.advance(15_000)
    await usage.countRequest(ONE)
    await usage.countRequest(ONE)
    await expect(usage.countRequest(ONE)).rejects.toThrow(
      expect.objectContaining({
        code: 'rate_limited',
        message: 'The limit of 2 requests per minute is spent. Try again after 2030-01-01T00:01:00.000Z.',
        retryAfterMs: 45_000,
        limit: 2,
      }),
    )
    await usage.countRequest({ keyId: 'another' })
    parts.clock.advance(44_999)
    await expect(usage.countRequest(ONE)).rejects.toThrow('requests per minute')
    parts.clock.advance(1)
    await usage.countRequest(ONE)
    expect(await usage.states(ONE)).toEqual([
      { rate: 'requestsPerMinute', limit: 2, used: 1, endMs: Date.parse('2030-01-01T00:02:00Z') },
    ])
    await usage.close()
  }))

test('a refused request is not counted, and of several spent limits the longest is named', () =>
  withStore(async (parts) => {
    const usage = await open(parts, { requestsPerMinute: 1, requestsPerDay: 2 })
    await usage.countRequest(ONE)
    await expect(usage.countRequest(ONE)).rejects.toThrow('requests per minute')
    parts.clock.advance(60_000)
    await usage.countRequest(ONE)
    await expect(usage.countRequest(ONE)).rejects.toThrow('2 requests per day')
    expect((await usage.states(ONE)).map(({ used }) => used)).toEqual([1, 2])
    await usage.close()
  }))

test('media are counted in minutes, beyond the limit too, and then there are none for the rest of the hour', () =>
  withStore(async (parts) => {
    const usage = await open(parts, { mediaMinutesPerHour: 10 })
    await usage.countRequest(ONE)
    await usage.countMedia(ONE, 9 * 60)
    await usage.checkMedia(ONE)
    expect(await usage.mediaAgainMs(ONE)).toBeUndefined()
    await usage.countMedia(ONE, 90)
    await expect(usage.checkMedia(ONE)).rejects.toThrow('10 minutes of media per hour')
    expect(await usage.mediaAgainMs(ONE)).toBe(Date.parse('2030-01-01T01:00:00Z'))
    expect(await usage.states(ONE)).toMatchObject([{ used: 10.5 }])
    await usage.checkMedia({})
    parts.clock.advance(3_600_000)
    await usage.checkMedia(ONE)
    await usage.close()
  }))

test('a restart does not reset a day', () =>
  withStore(async (parts) => {
    const limits = { requestsPerDay: 3, mediaMinutesPerDay: 60 }
    for (let start = 0; start < 3; start++) {
      const usage = await open(parts, limits)
      await usage.countRequest(ONE)
      await usage.countMedia(ONE, 60)
      await usage.close()
      parts.clock.advance(60_000)
    }
    const usage = await open(parts, limits)
    await expect(usage.countRequest(ONE)).rejects.toThrow('requests per day')
    expect((await usage.states(ONE)).map(({ used }) => used)).toEqual([3, 3])
    parts.clock.advance(86_400_000)
    await usage.countRequest(ONE)
    await usage.close()
    await forgetOldUse(parts)
    expect(await parts.store.read.selectFrom('usage').select(['rate', 'used']).execute()).toEqual([
      { rate: 'requestsPerDay', used: 1 },
    ])
  }))

test.skipIf(onPostgres)('what is counted is written down every five seconds, once', () =>
  withStore(async (parts) => {
    const usage = await open(parts, { requestsPerDay: 1000 })
    const written = async () =>
      (await parts.store.read.selectFrom('usage').select('used').executeTakeFirst())?.used
    await usage.countRequest(ONE)
    expect(await written()).toBeUndefined()
    parts.clock.advance(5_000)
    await expect.poll(written).toBe(1)
    await usage.countRequest(ONE)
    parts.clock.advance(5_000)
    await expect.poll(written).toBe(2)
    await usage.close()
    expect(await written()).toBe(2)
  }),
)

test.skipIf(onPostgres)('counts that cannot be written now are written later', () =>
  withStore(async ({ store, clock }) => {
    let isBroken = true
    const errors: string[] = []
    const usage = await openUsage({
      store: {
        ...store,
        write: (change) => (isBroken ? Promise.reject(new Error('no')) : store.write(change)),
      },
      clock,
      logger: { ...logger, error: (message: string) => void errors.push(message) },
      limits: { requestsPerDay: 10 },
    })
    await usage.countRequest(ONE)
    clock.advance(5_000)
    await expect.poll(() => errors).toHaveLength(1)
    isBroken = false
    await usage.close()
    expect(await store.read.selectFrom('usage').select('used').execute()).toEqual([{ used: 1 }])
  }),
)
