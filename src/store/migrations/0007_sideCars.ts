import { sql, type Kysely } from 'kysely'

/** Finds the subtitles that an owner put beside an asset. */
export async function indexSideCars(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create index asset_transcript on asset (account_id, json_extract(user_metadata_json, '$.transcript_of'))`,
    )
    .execute(db)
}
