import { lastTaskEventId } from '../../../store/taskEvents.ts'
import { isStillValid } from '../../../tasks/authenticate.ts'
import { getAnyTask } from '../../../tasks/getAny.ts'
import { logFailure } from '../../../tasks/repeating.ts'
import { follow, hasNews } from '../../../tasks/watch/follow.ts'
import type { Watched } from '../../../tasks/watch/hub.ts'
import { openEventStream, type EventStream } from '../../eventStream.ts'
import { untilGone } from '../../untilGone.ts'
import { readHeaders } from '../readRequest.ts'
import type { Call, Handler } from '../route.ts'
import { taskOf } from '../tasks/tasks.ts'
import { whileAllowed } from '../whileAllowed.ts'
import { frameOf } from './present.ts'
import { Resuming } from './schemas.ts'

/** `GET /events`: of all tasks of the account, from now on or after `Last-Event-ID`. */
export const streamEvents: Handler = async (call) => {
  const watched = { accountId: call.account.id }
  const after = lastEventId(call)
  if (after !== undefined) return stream(call, watched, { after })
  const lastId = await lastTaskEventId(call.parts.store.read)
  return stream(call, watched, { after: lastId, lastId })
}

/** `GET /tasks/{id}/events`: from its beginning on or after `Last-Event-ID`, until it has ended. */
export const streamTaskEvents: Handler = async (call) => {
  const { id: taskId } = await taskOf(call)
  const watched = { accountId: call.account.id, taskId }
  const after = lastEventId(call)
  // A client of the standard that has heard of the end comes back all the same, until it gets this answer.
  if (after !== undefined && !(await hasNews(call.parts, { ...watched, after })))
    return call.reply.code(204).send()
  return stream(call, watched, { after: after ?? 0 })
}

const lastEventId = ({ request }: Call): number | undefined => readHeaders(request, Resuming)['last-event-id']

async function stream(call: Call, watched: Watched, { after, lastId }: { after: number; lastId?: number }) {
  const { parts, request, reply, closing } = call
  if (request.method === 'HEAD') return reply.type('text/event-stream; charset=utf-8').send()
  const stopping = new AbortController()
  const signal = AbortSignal.any([untilGone(reply), closing, stopping.signal])
  const events = openEventStream(reply, signal, lastId)
  const breakOff = (error: unknown) =>
    // The status is sent: a stream that ends, and can be gone on with, is all that the client can be told.
    logFailure(parts.logger, 'a stream of events broke off', error, { requestId: request.id })
  void keepUp(call, watched, events, signal)
    .catch(breakOff)
    .finally(() => stopping.abort())
  try {
    for await (const news of follow(parts, { ...watched, after, signal })) await events.write(frameOf(news))
  } catch (error) {
    breakOff(error)
  } finally {
    stopping.abort()
    events.end()
  }
  return reply
}

/** Ends when the key is not valid any more or the task is gone; until then nobody takes the connection for dead. */
const keepUp = (call: Call, watched: Watched, events: EventStream, signal: AbortSignal): Promise<void> =>
  whileAllowed(call.parts.clock, signal, async () => {
    if (!(await mayWatch(call, watched))) return false
    events.beat()
    return true
  })

async function mayWatch({ parts, account }: Call, { accountId, taskId }: Watched): Promise<boolean> {
  if (!(await isStillValid(parts, account))) return false
  return taskId === undefined || (await getAnyTask(parts, accountId, taskId)) !== undefined
}
