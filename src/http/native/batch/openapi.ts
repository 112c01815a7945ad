import { limitsNamed } from '../../../domain/limits.ts'
import type { DescribedRoute } from '../../operations.ts'
import { describedEntries, Outcomes } from './schemas.ts'

export const DESCRIBED: readonly DescribedRoute[] = [
  {
    id: 'createTasks',
    method: 'post',
    path: '/tasks/batch',
    summary: 'Make up to 1,000 tasks of media; each is taken or refused by itself',
    body: {
      type: 'application/json',
      schema: describedEntries(limitsNamed('ours')),
      example: {
        tasks: [
          { input: 'video', source: { asset_id: '019a1b2c3d4e5f60718293a4' }, client_ref: 'clip-1' },
          { input: 'audio', source: { url: 'https://example.org/talk.mp3' } },
        ],
      },
    },
    otherAnswers: { 207: 'Some were refused, with why' },
    answer: { status: 200, schema: Outcomes },
  },
]
