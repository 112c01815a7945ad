import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { onPostgres } from '../../test/support/withDatabase.ts'
import { withStore } from '../../test/support/withStore.ts'
import { insertAsset } from './assets.ts'
import { sideCarIds } from './sideCars.ts'

test('what an account put beside an asset is found in the order of its uploads, by an index', () =>
  withStore(async ({ store }) => {
    const add = (id: string, accountId: string, userMetadata: Record<string, string | number> | undefined) =>
      store.write((db) =>
        insertAsset(db, {
          id,
          accountId,
          method: 'direct',
          filename: 'a.srt',
          mimeType: 'application/x-subrip',
          wantsThumbnail: false,
          ...(userMetadata && { userMetadata }),
          nowMs: Number(id),
        }),
      )
    await add('3', 'a', { transcript_of: 'video' })
    await add('2', 'a', { transcript_of: 'video', language: 'de' })
    await add('1', 'b', { transcript_of: 'video' })
    await add('4', 'a', { transcript_of: 'another' })
    await add('5', 'a', { transcript_of: 7 })
    await add('6', 'a', undefined)
    expect(await sideCarIds(store.read, 'a', 'video')).toEqual(['2', '3'])
    if (onPostgres) return
    const { rows } = await sql<{ detail: string }>`explain query plan
      select id from asset
       where account_id = 'a' and json_extract(user_metadata_json, '$.transcript_of') = 'video'`.execute(
      store.read,
    )
    expect(rows[0]?.detail).toContain('asset_transcript')
  }))
