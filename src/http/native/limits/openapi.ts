import type { DescribedRoute } from '../../operations.ts'
import { LimitsAnswer } from './schemas.ts'

export const DESCRIBED: readonly DescribedRoute[] = [
  {
    method: 'get',
    path: '/limits',
    id: 'getLimits',
    summary: 'Every bound of this server, and how far the caller is with what is counted',
    answer: { status: 200, schema: LimitsAnswer },
  },
]
