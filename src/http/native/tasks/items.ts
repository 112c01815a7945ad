import { listItems as readItems, type TaskItem } from '../../../tasks/listItems.ts'
import { readQuery } from '../readRequest.ts'
import type { Handler } from '../route.ts'
import { placeOf, wordOf } from './place.ts'
import { time } from './present.ts'
import { ItemListQuery } from './schemas.ts'
import { idOf, noTask } from './tasks.ts'

/** `GET /tasks/{id}/items`: in the order in which they were made. */
export const listItems: Handler = async (call) => {
  const { state, kind, after, limit } = readQuery(call.request, ItemListQuery)
  const filter = {
    ...(state && { states: state }),
    ...(kind && { kinds: kind }),
    ...(after !== undefined && { after: itemPlace(after) }),
    limit,
  }
  const page = await readItems(call.parts, call.account.id, idOf(call), filter)
  if (!page) return noTask(idOf(call))
  const { items, nextAfter } = page
  return { items: items.map(presentItem), ...(nextAfter && { next_after: wordOf(nextAfter) }) }
}

function itemPlace(after: string) {
  const { createdMs, id } = placeOf(after)
  return { createdMs, id: Number(id) }
}

const presentItem = (item: TaskItem) => ({
  id: item.id,
  key: item.key,
  kind: item.kind,
  state: item.state,
  ...(item.isPaused && { is_paused: true }),
  ...presentSubject(item.subject),
  ...(item.failure && { error: item.failure }),
  attempts: item.attempts,
  failures: item.failures,
  interruptions: item.interruptions,
  ...(item.isAlone && { is_alone: true }),
  ...(item.worker !== undefined && { worker: item.worker }),
  created_at: time(item.createdMs),
  ...(item.state === 'queued' && { due_at: time(item.dueMs) }),
  ...(item.startedMs !== undefined && { started_at: time(item.startedMs) }),
  ...(item.finishedMs !== undefined && { finished_at: time(item.finishedMs) }),
})

const presentSubject = ({ startSec, endSec, firstPage, lastPage, ...same }: TaskItem['subject']) => ({
  ...same,
  ...(startSec !== undefined && { start_sec: startSec }),
  ...(endSec !== undefined && { end_sec: endSec }),
  ...(firstPage !== undefined && { first_page: firstPage }),
  ...(lastPage !== undefined && { last_page: lastPage }),
})
