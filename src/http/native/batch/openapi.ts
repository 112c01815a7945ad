import { limitsNamed } from '../../../domain/limits.ts'
import type { DescribedRoute } from '../../operations.ts'
import { describedEntries, Outcomes } from './schemas.ts'

export const DESCRIBED: readonly DescribedRoute[] = [
  {
    method: 'post',
    path: '/tasks/batch',
    summary: 'Make up to 1,000 tasks of media; each is taken or refused by itself',
    body: { type: 'application/json', schema: describedEntries(limitsNamed('ours')) },
    otherAnswers: { 207: 'Some were refused, with why' },
    answer: { status: 200, schema: Outcomes },
  },
]
