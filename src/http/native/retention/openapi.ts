import type { DescribedRoute } from '../../operations.ts'
import { ChangedTask, TaskChange } from './schemas.ts'

export const DESCRIBED: readonly DescribedRoute[] = [
  {
    method: 'patch',
    path: '/tasks/{id}',
    summary: 'Keep a task for longer or shorter',
    body: { type: 'application/json', schema: TaskChange },
    answer: { status: 200, schema: ChangedTask },
  },
]
