import { ACCESS } from './cases/access.ts'
import { BUCKET, BUCKETS, DELETE } from './cases/buckets.ts'
import { CRAWL } from './cases/crawl.ts'
import { CREATE } from './cases/create.ts'
import { IDEMPOTENCY } from './cases/idempotency.ts'
import { LIST } from './cases/list.ts'
import { MODELS, OPENAI } from './cases/openai.ts'
import { RETRIEVE } from './cases/retrieve.ts'
import { SEARCH } from './cases/search.ts'
import { CLUSTERS, TRANSPORT } from './cases/transport.ts'
import type { Section } from './rule.ts'

/** Every rule of the contract that this server is held to: what docs/compat/telnyx.md is made of and what is tested. */
export const SECTIONS: readonly Section[] = [
  LIST,
  RETRIEVE,
  CREATE,
  IDEMPOTENCY,
  CRAWL,
  SEARCH,
  BUCKETS,
  BUCKET,
  DELETE,
  OPENAI,
  MODELS,
  ACCESS,
  TRANSPORT,
  CLUSTERS,
]
