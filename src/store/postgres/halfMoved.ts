import { sql } from 'kysely'
import { EmbedlineError } from '../../domain/errors.ts'
import type { Db } from '../../domain/tables.ts'

/**
 * Throws `storage_unavailable` for a database into which another is being moved (`store/move`): it has a part of the rows.
 */
export async function refuseHalfMoved(db: Db, name: string): Promise<void> {
  const { rows: found } = await sql<{ is: boolean }>`select to_regclass('move') is not null as is`.execute(db)
  if (found[0]?.is !== true) return
  const { rows } = await sql`select 1 from move where finished_ms is null`.execute(db)
  if (rows.length > 0)
    throw new EmbedlineError(
      'storage_unavailable',
      `a database is only partly moved into ${name}: run embedline move again`,
    )
}
