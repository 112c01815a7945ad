import { z } from 'zod'
import { describeRoute, type DescribedRoute, type Operation } from '../operations.ts'
import { DESCRIBED as ASSETS } from './assets/openapi.ts'
import { DESCRIBED as BATCH } from './batch/openapi.ts'
import { DESCRIBED as BUCKETS } from './buckets/openapi.ts'
import { DESCRIBED as ACCOUNTS } from './accounts/openapi.ts'
import { DESCRIBED as EMBEDDINGS } from './embeddings/openapi.ts'
import { DESCRIBED as EVENTS } from './events/openapi.ts'
import { DESCRIBED as JANITOR } from './janitor/openapi.ts'
import { DESCRIBED as KEYS } from './keys/openapi.ts'
import { DESCRIBED as LIMITS } from './limits/openapi.ts'
import { DESCRIBED as MODELS } from './models/openapi.ts'
import { DESCRIBED as PAUSES } from './pauses/openapi.ts'
import { DESCRIBED as SEARCH } from './search/openapi.ts'
import { DESCRIBED as TASKS } from './tasks/openapi.ts'
import { DESCRIBED as USAGE } from './usage/openapi.ts'

const Problem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  field: z.string().optional(),
})

const DESCRIBED: readonly DescribedRoute[] = [
  ...BUCKETS,
  ...BATCH,
  ...ASSETS,
  ...MODELS,
  ...KEYS,
  ...ACCOUNTS,
  ...USAGE,
  ...LIMITS,
  ...TASKS,
  ...EVENTS,
  ...PAUSES,
  ...JANITOR,
  ...SEARCH,
  ...EMBEDDINGS,
]

/** What this door takes and answers, with paths below its prefix. */
export const operations = (): Operation[] => {
  const door = {
    security: [{ bearer: [] }, { apiKey: [] }],
    failure: { type: 'application/problem+json', schema: Problem },
  }
  return DESCRIBED.map((route) => describeRoute(route, { ...door, tag: nounOf(route.path) }))
}

/** The native operations are listed by what they are about: `buckets`, `assets` … */
const nounOf = (path: string): string => path.split('/')[1] ?? ''
