import type { DescribedRoute } from '../../operations.ts'
import { TaskAnswer } from './schemas.ts'

export const DESCRIBED: readonly DescribedRoute[] = [
  {
    method: 'get',
    path: '/tasks/{id}',
    summary: 'A task, of media or of a bucket',
    answer: { status: 200, schema: TaskAnswer },
  },
]
