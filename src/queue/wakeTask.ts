import type { Db, ItemKind } from '../domain/tables.ts'

/** Makes the items of this kind due that the task has queued for later. */
export async function wakeTask(
  db: Db,
  taskId: string,
  { kind, nowMs }: { kind: ItemKind; nowMs: number },
): Promise<void> {
  await db
    .updateTable('item')
    .set({ due_ms: nowMs })
    .where('task_id', '=', taskId)
    .where('kind', '=', kind)
    .where('state', '=', 'queued')
    .where('due_ms', '>', nowMs)
    .execute()
}
