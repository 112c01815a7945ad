import { expect, test } from 'vitest'
import { withStore } from '../../test/support/withStore.ts'
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
