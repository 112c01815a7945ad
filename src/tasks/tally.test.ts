import { expect, test } from 'vitest'
import { withStore } from '../../test/support/withStore.ts'
import { EmbedlineError } from '../domain/errors.ts'
import { openTally } from './tally.ts'

const logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => logger }

test('what requests use is written together a moment later, each for its account, key and day, and all at the end', () =>
  withStore(async ({ store, clock }) => {
    let writes = 0
    const write: typeof store.write = (change) => {
      writes++
      return store.write(change)
    }
    const tally = openTally({ store: { ...store, write }, clock, logger })
    const rows = () =>
      store.read
        .selectFrom('daily_usage')
        .select(['day_ms', 'account_id', 'key_id', 'tokens', 'media_ms'])
        .orderBy('account_id')
        .orderBy('day_ms')
        .execute()
    const today = clock.nowMs()
    clock.advance(86_399_900)
    tally.count({ accountId: 'a', keyId: 'k' }, { tokens: 2 })
    tally.count({ accountId: 'a', keyId: 'k' }, { tokens: 3, mediaMs: 10 })
    tally.count({ accountId: 'b' }, { tokens: 5 })
    clock.advance(100)
    tally.count({ accountId: 'a', keyId: 'k' }, { tokens: 7 })
    expect(await rows()).toEqual([])
    expect(tally.unwritten('a')).toMatchObject({ tokens: 12, mediaMs: 10 })
    clock.advance(150)
    await expect.poll(rows).toEqual([
      { day_ms: today, account_id: 'a', key_id: 'k', tokens: 5, media_ms: 10 },
      { day_ms: today + 86_400_000, account_id: 'a', key_id: 'k', tokens: 7, media_ms: 0 },
      { day_ms: today, account_id: 'b', key_id: '', tokens: 5, media_ms: 0 },
    ])
    expect(writes).toBe(1)
    await expect.poll(() => tally.unwritten('a').tokens).toBe(0)
    tally.count({ accountId: 'b' }, { tokens: 1 })
    const closed = tally.close()
    clock.advance(250)
    await closed
    expect((await rows()).map(({ tokens }) => tokens)).toContain(1)
  }))

test('what cannot be written down is told in the log, with what it was', () =>
  withStore(async ({ store, clock }) => {
    const errors: object[] = []
    const tally = openTally({
      store: { ...store, write: () => Promise.reject(new Error('no')) },
      clock,
      logger: { ...logger, error: (_message: string, fields?: object) => void errors.push(fields ?? {}) },
      waitMs: 0,
    })
    tally.count({ accountId: 'a', keyId: 'k' }, { tokens: 2 })
    await tally.close()
    expect(errors).toMatchObject([{ accountId: 'a', keyId: 'k', tokens: 2 }])
  }))

test('what accounts have used while the database is away is kept, and written down once it is back', () =>
  withStore(async ({ store, clock }) => {
    const lines: [string, string][] = []
    const told = (level: string) => (message: string) => void lines.push([level, message])
    let isAway = true
    const write: typeof store.write = (change) =>
      isAway
        ? Promise.reject(new EmbedlineError('storage_unavailable', 'the database cannot be reached'))
        : store.write(change)
    const tally = openTally({
      store: { ...store, write },
      clock,
      logger: { ...logger, warn: told('warn'), error: told('error') },
    })
    const tokens = async () =>
      (await store.read.selectFrom('daily_usage').select('tokens').execute()).map((row) => row.tokens)
    tally.count({ accountId: 'a', keyId: 'k' }, { tokens: 2 })
    clock.advance(250)
    await expect.poll(() => lines).toHaveLength(1)
    tally.count({ accountId: 'a', keyId: 'k' }, { tokens: 3 })
    clock.advance(2_000)
    await expect.poll(() => lines).toHaveLength(2)
    // Quotas go on counting it.
    expect(tally.unwritten('a').tokens).toBe(5)
    isAway = false
    clock.advance(2_000)
    await expect.poll(tokens).toEqual([5])
    await expect.poll(() => tally.unwritten('a').tokens).toBe(0)
    const warning = ['warn', 'what accounts have used is kept, to be written down later']
    expect(lines).toEqual([warning, warning])
    tally.count({ accountId: 'a', keyId: 'k' }, { tokens: 7 })
    await tally.close()
    expect(await tokens()).toEqual([12])
  }))

test('what cannot be written down before the end, because the database is still away, is told in the log', () =>
  withStore(async ({ store, clock }) => {
    const errors: object[] = []
    const away = new EmbedlineError('storage_unavailable', 'the database cannot be reached')
    const tally = openTally({
      store: { ...store, write: () => Promise.reject(away) },
      clock,
      logger: { ...logger, error: (_message: string, fields?: object) => void errors.push(fields ?? {}) },
    })
    tally.count({ accountId: 'a', keyId: 'k' }, { tokens: 2 })
    tally.count({ accountId: 'b' }, { tokens: 3 })
    await tally.close()
    expect(errors).toMatchObject([
      { accountId: 'a', keyId: 'k', tokens: 2 },
      { accountId: 'b', tokens: 3 },
    ])
  }))
