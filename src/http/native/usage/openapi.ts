import type { DescribedRoute } from '../../operations.ts'
import { UsageAnswer, UsageQuery } from './schemas.ts'

export const DESCRIBED: readonly DescribedRoute[] = [
  {
    method: 'get',
    path: '/usage',
    id: 'getUsage',
    summary: 'What the account has used, day by day (UTC)',
    query: UsageQuery,
    answer: { status: 200, schema: UsageAnswer },
  },
]
