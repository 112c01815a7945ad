import type { DescribedRoute } from '../../operations.ts'
import { PauseAnswer, PauseList, PauseOrder } from './schemas.ts'

export const DESCRIBED: readonly DescribedRoute[] = [
  {
    method: 'get',
    path: '/pauses',
    id: 'listPauses',
    summary: 'What is paused now and concerns this account; for the operator all',
    answer: { status: 200, schema: PauseList },
  },
  {
    method: 'post',
    path: '/pauses',
    id: 'pause',
    summary: 'Hold tasks back: what runs goes on to the end of its piece of work, and nothing more starts',
    body: { type: 'application/json', schema: PauseOrder, example: { account: 'team' } },
    answer: { status: 201, also: 200, schema: PauseAnswer },
  },
  {
    method: 'delete',
    path: '/pauses/{id}',
    id: 'endPause',
    summary: 'End a pause',
    answer: { status: 204 },
  },
]
