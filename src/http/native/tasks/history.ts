import { historyOf } from '../../../tasks/history.ts'
import { presentEvent } from '../events/present.ts'
import { presentPause } from '../pauses/present.ts'
import { readQuery } from '../readRequest.ts'
import type { Handler } from '../route.ts'
import { HistoryQuery } from './schemas.ts'
import { idOf, noTask } from './tasks.ts'

/** `GET /tasks/{id}/history`: what happened to it, the oldest first, and the pauses that held it back. */
export const getHistory: Handler = async (call) => {
  const { after, limit } = readQuery(call.request, HistoryQuery)
  const history = await historyOf(call.parts, call.account.id, idOf(call), { after, limit: limit + 1 })
  if (!history) return noTask(idOf(call))
  const events = history.events.slice(0, limit)
  return {
    events: events.map(presentEvent),
    pauses: history.pauses.map(presentPause),
    ...(history.events.length > events.length && { next_after: events.at(-1)?.id }),
  }
}
