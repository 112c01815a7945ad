import { sql } from 'kysely'
import type { Db } from '../domain/tables.ts'

/** The ids of the assets whose metadata say that they hold the subtitles of another one, in the order of their uploads. */
export async function sideCarIds(db: Db, accountId: string, mediaId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('asset')
    .select('id')
    .where('account_id', '=', accountId)
    // As in the index `asset_transcript`.
    .where(sql`json_extract(user_metadata_json, '$.transcript_of')`, '=', mediaId)
    .orderBy('created_ms')
    .orderBy('id')
    .execute()
  return rows.map(({ id }) => id)
}
