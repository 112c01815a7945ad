import type { Db } from '../domain/tables.ts'
import type { TaskTrace } from '../domain/tracing.ts'

/** Keeps what the trace of a task goes on from; what was kept before goes. */
export async function keepTaskTrace(db: Db, taskId: string, trace: TaskTrace): Promise<void> {
  const json = JSON.stringify(trace)
  await db
    .insertInto('task_trace')
    .values({ task_id: taskId, trace_json: json })
    .onConflict((conflict) => conflict.column('task_id').doUpdateSet({ trace_json: json }))
    .execute()
}

/** What the trace of a task goes on from; undefined for one that was created while traces were off. */
export async function getTaskTrace(db: Db, taskId: string): Promise<TaskTrace | undefined> {
  const row = await db
    .selectFrom('task_trace')
    .select('trace_json')
    .where('task_id', '=', taskId)
    .executeTakeFirst()
  return row && (JSON.parse(row.trace_json) as TaskTrace)
}
