import { sql } from 'kysely'
import type { Db, VectorSetRow } from '../domain/tables.ts'
import type { VectorSet } from '../domain/vectorSet.ts'
import type { CountedVectors, VectorCounts } from './vectorCounts.ts'

/** Counts vectors that were written, so that the next search finds them. In the transaction that writes them. */
export async function countVectors(db: Db, taskId: string, counts: Pick<VectorCounts, 'all'>): Promise<void> {
  const written = counts.all()
  if (written.length === 0) return
  const task = await db
    .selectFrom('task')
    .select(['account_id', 'model_id', 'model_revision'])
    .where('id', '=', taskId)
    .executeTakeFirstOrThrow()
  // In one order, so that two transactions that count in two sets do not wait for each other.
  for (const each of written.toSorted((one, other) => (one.space < other.space ? -1 : 1))) {
    const { id, version } = await raiseSet(db, task, each)
    await db
      .insertInto('task_vectors')
      .values({ task_id: taskId, set_id: id, vector_count: each.count, version })
      .onConflict((conflict) =>
        conflict.columns(['task_id', 'set_id']).doUpdateSet((row) => ({
          vector_count: sql`${row.ref('task_vectors.vector_count')} + ${each.count}`,
          version,
        })),
      )
      .execute()
  }
}

const raiseSet = (
  db: Db,
  owner: Pick<VectorSetRow, 'account_id' | 'model_id' | 'model_revision'>,
  { space, dimension, count }: CountedVectors,
): Promise<{ id: number; version: number }> =>
  db
    .insertInto('vector_set')
    .values({ ...owner, space, dimension, vector_count: count, version: 1, removed_version: 0 })
    .onConflict((conflict) =>
      conflict
        .columns(['account_id', 'model_id', 'model_revision', 'space', 'dimension'])
        .doUpdateSet((row) => ({
          vector_count: sql`${row.ref('vector_set.vector_count')} + ${count}`,
          version: sql`${row.ref('vector_set.version')} + 1`,
        })),
    )
    .returning(['id', 'version'])
    .executeTakeFirstOrThrow()

/** From this commit on no search finds the vectors of a task. */
export async function forgetVectors(db: Db, taskId: string): Promise<void> {
  const forgotten = await db
    .deleteFrom('task_vectors')
    .where('task_id', '=', taskId)
    .returning(['set_id', 'vector_count'])
    .execute()
  for (const { set_id: id, vector_count: count } of forgotten)
    await db
      .updateTable('vector_set')
      .set((row) => ({
        vector_count: row('vector_count', '-', count),
        version: row('version', '+', 1),
        removed_version: row('version', '+', 1),
      }))
      .where('id', '=', id)
      .execute()
}

/** All sets of an account that have vectors. */
export async function listSets(db: Db, accountId: string): Promise<VectorSet[]> {
  const rows = await sets(db, accountId)
    .select('vector_count')
    .where('vector_count', '>', 0)
    .orderBy('id')
    .execute()
  return rows.map(setOf)
}

/** The sets that tasks of an account have vectors in, with how many those tasks have. */
export async function listSetsOfTasks(
  db: Db,
  accountId: string,
  taskIds: readonly string[],
): Promise<VectorSet[]> {
  const rows = await sets(db, accountId)
    .innerJoin('task_vectors', 'set_id', 'vector_set.id')
    .select((row) => row.fn.sum<number>('task_vectors.vector_count').as('vector_count'))
    .where('task_id', 'in', taskIds)
    .groupBy('vector_set.id')
    .orderBy('vector_set.id')
    .execute()
  return rows.map(setOf)
}

const sets = (db: Db, accountId: string) =>
  db
    .selectFrom('vector_set')
    .select(['vector_set.id', 'model_id', 'model_revision', 'space', 'dimension', 'vector_set.version'])
    .where('account_id', '=', accountId)

const setOf = (
  row: Omit<VectorSetRow, 'id' | 'account_id' | 'removed_version'> & { id: number },
): VectorSet => ({
  id: row.id,
  model: { id: row.model_id, revision: row.model_revision },
  space: row.space,
  dimension: row.dimension,
  vectorCount: Number(row.vector_count),
  version: row.version,
})
