import { sql } from 'kysely'
import type { Db } from '../domain/tables.ts'

/** Makes the items due that wait for the asset. */
export async function wakeAsset(db: Db, assetId: string, nowMs: number): Promise<void> {
  await sql`
    update item set due_ms = ${nowMs}
     where state = 'queued' and asset_id = ${assetId} and due_ms > ${nowMs}`.execute(db)
}
