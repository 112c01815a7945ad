import type { DescribedRoute } from '../../operations.ts'
import { Events, Resuming } from './schemas.ts'

const STREAM = { status: 200, type: 'text/event-stream', schema: Events }

export const DESCRIBED: readonly DescribedRoute[] = [
  {
    method: 'get',
    path: '/events',
    id: 'watchEvents',
    summary: 'What happens to the tasks of the account, as server-sent events',
    headers: Resuming,
    answer: STREAM,
  },
  {
    method: 'get',
    path: '/tasks/{id}/events',
    id: 'watchTask',
    summary: 'What happens to a task, as server-sent events; the stream ends when the task has ended',
    headers: Resuming,
    answer: STREAM,
    otherAnswers: { 204: 'The task has ended, and all its events were received' },
  },
]
