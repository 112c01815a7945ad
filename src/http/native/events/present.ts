import type { TaskEvent, TaskEventDetails, TaskEventKind } from '../../../domain/taskEvent.ts'
import { presentProgress } from '../../progress.ts'
import type { News } from '../../../tasks/watch/inbox.ts'

// Every kind has its words here, or this file does not compile.
const DETAILS: { [Kind in TaskEventKind]: (details: TaskEventDetails[Kind]) => object } = {
  created: ({ rerunOf }) => (rerunOf === undefined ? {} : { rerun_of: rerunOf }),
  processing: () => ({}),
  recovered: ({ itemCount, after }) => ({ item_count: itemCount, after }),
  item_failed: ({ itemId, itemKind, code, message }) => ({
    item_id: itemId,
    item_kind: itemKind,
    error: { code, message },
  }),
  retried: () => ({}),
  ended: ({ state, code, message }) => ({ state, ...(code !== undefined && { error: { code, message } }) }),
}

/** An event, as every native answer shows it. */
export const presentEvent = (event: TaskEvent) => ({
  id: event.id,
  task_id: event.taskId,
  kind: event.kind,
  ...(DETAILS[event.kind] as (details: object) => object)(event.details),
  created_at: new Date(event.createdMs).toISOString(),
})

/** The same as a frame of a stream. Written once for all who hear of it. */
export function frameOf(news: News): string {
  const known = FRAMES.get(news)
  if (known !== undefined) return known
  const frame =
    news.kind === 'event'
      ? `id: ${news.event.id}\nevent: ${news.event.kind}\ndata: ${JSON.stringify(presentEvent(news.event))}\n\n`
      : `event: progress\ndata: ${JSON.stringify({ task_id: news.taskId, ...presentProgress(news.progress) })}\n\n`
  FRAMES.set(news, frame)
  return frame
}

const FRAMES = new WeakMap<News, string>()
