import type { DescribedRoute } from '../../operations.ts'
import { TaskAnswer, TaskQuery } from './schemas.ts'

export const DESCRIBED: readonly DescribedRoute[] = [
  {
    method: 'get',
    path: '/tasks/{id}',
    summary: 'A task, of media or of a bucket; `wait` for its end',
    query: TaskQuery,
    answer: { status: 200, schema: TaskAnswer },
  },
]
