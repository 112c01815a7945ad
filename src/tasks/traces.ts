import { movesOf, type Move, type TaskMove } from '../domain/moves.ts'
import type { Timing } from '../domain/timing.ts'
import type { Tracer } from '../domain/tracing.ts'
import type { ClaimedItem } from '../queue/claim.ts'
import { getTaskTrace, keepTaskTrace } from '../store/taskTraces.ts'
import type { Store, TaskParts } from './parts.ts'

// The spans of a trace: the request that creates a task → the task → its items → what compute processes were busy with,
// and the commits of each. A task and its items may outlive the process, so what they go on from is in the database.

/** The same store, in which commits of a request or an item are spans, and a new task keeps where it comes from. */
export const tracedStore = <Traced extends Store>(store: Traced, tracer: Tracer): Traced => ({
  ...store,
  write<T>(change: Parameters<typeof store.write<T>>[0]): Promise<T> {
    const parent = tracer.current()
    const write = () =>
      store.write(async (db) => {
        const value = await change(db)
        for (const move of movesOf(db))
          if (move.of === 'task' && move.state === 'queued')
            await keepTaskTrace(db, move.id, { span: tracer.reserve(parent), ...(parent && { parent }) })
        return value
      })
    return parent === undefined ? write() : tracer.span('commit', {}, write)
  },
  execute<T>(change: Parameters<typeof store.execute<T>>[0]): Promise<T> {
    const execute = () => store.execute(change)
    return tracer.current() === undefined ? execute() : tracer.span('commit', {}, execute)
  },
})

/** Runs the work on an item as a span of its task; of one without a task, or whose task has no trace, as any work. */
export async function traceItem(
  { store, tracer }: Pick<TaskParts, 'store' | 'tracer'>,
  item: ClaimedItem,
  work: () => Promise<void>,
): Promise<void> {
  const trace = tracer && item.taskId !== undefined && (await getTaskTrace(store.read, item.taskId))
  if (!tracer || !trace) return work()
  const attributes = {
    'embedline.task.id': item.taskId ?? '',
    'embedline.item.id': item.id,
    'embedline.item.kind': item.kind,
    'embedline.item.attempt': item.attempt,
  }
  return tracer.span(`item ${item.kind}`, { parent: trace.span, attributes }, work)
}

/** Tells of tasks that have ended. One that is taken up again afterwards has another span in the same trace. */
export async function traceEnds(
  { store, tracer }: { store: Store; tracer: Tracer },
  moves: readonly Move[],
): Promise<void> {
  for (const move of moves) if (move.of === 'task' && move.counts) await traceEnd(store, tracer, move)
}

async function traceEnd(store: Store, tracer: Tracer, move: TaskMove): Promise<void> {
  const trace = await getTaskTrace(store.read, move.id)
  if (!trace) return
  const { id, kind, state, model, createdMs, nowMs, failure, counts } = move
  const { parent, span } = trace
  tracer.record(`task ${kind}`, {
    ...(parent && { parent }),
    self: span,
    startMs: createdMs,
    endMs: nowMs,
    attributes: {
      'embedline.task.id': id,
      'embedline.task.state': state,
      'embedline.model': model,
      'embedline.task.items': counts?.items ?? 0,
      'embedline.task.embeddings': counts?.embeddings ?? 0,
    },
    ...(failure && { failure }),
  })
  const again = { span: tracer.reserve(span), ...(parent && { parent }) }
  await store.write((db) => keepTaskTrace(db, id, again))
}

const SPAN: Readonly<Record<Timing['what'], string>> = {
  load: 'load model',
  decode: 'decode',
  model: 'model',
}

/** Tells what a compute process was busy with for the call of the span `parent`. */
export function traceTimings(tracer: Tracer, parent: string, timings: readonly Timing[]): void {
  for (const { what, of, startMs, endMs, busyMs, units, mediaSec } of timings)
    tracer.record(`${SPAN[what]} ${of}`, {
      parent,
      startMs,
      endMs,
      attributes: {
        'embedline.busy_ms': Math.round(busyMs),
        ...(units > 0 && { 'embedline.units': units }),
        ...(mediaSec > 0 && { 'embedline.media_sec': mediaSec }),
      },
    })
}
