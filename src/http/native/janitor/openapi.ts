import type { DescribedRoute } from '../../operations.ts'
import { Leftovers, Run } from './schemas.ts'

export const DESCRIBED: readonly DescribedRoute[] = [
  {
    method: 'get',
    path: '/janitor',
    id: 'findLeftovers',
    summary: 'What would be removed now, by reason (the operator only)',
    query: Run,
    answer: { status: 200, schema: Leftovers },
  },
  {
    method: 'post',
    path: '/janitor',
    id: 'removeLeftovers',
    summary: 'Remove now what has expired and what was left over (the operator only)',
    query: Run,
    answer: { status: 200, schema: Leftovers },
  },
]
