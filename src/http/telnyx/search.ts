import { searchBucket, type BucketSearch } from '../../tasks/searchBucket.ts'
import { objectUrl } from '../objectUrl.ts'
import { originOf } from '../origin.ts'
import { untilGone } from '../untilGone.ts'
import { modelWord } from '../modelWord.ts'
import { inWireFields } from './errors.ts'
import { parseBody } from './parse.ts'
import { presentResult } from './present.ts'
import { bodyOf } from '../call.ts'
import type { Handler } from './route.ts'
import type { SearchBody } from './schema.ts'

/** `POST /embeddings/similarity-search`: the chunks nearest to a query, best first. */
export const search: Handler = async (call) => {
  const { parts, schemas, account, request, reply } = call
  const body = parseBody(schemas.search, await bodyOf(call))
  const { results, method } = await inWireFields(() =>
    searchBucket(parts, account, orderOf(body), untilGone(reply)),
  )
  reply.header('x-embedline-search', method)
  const [first] = results
  if (first) reply.header('x-embedline-model', modelWord(first.model))
  const sourceOf = (key: string) => originOf(request) + objectUrl(body.bucket_name, key)
  return { data: results.map((result) => presentResult(result, sourceOf(result.key))) }
}

const orderOf = (body: SearchBody): BucketSearch => ({
  bucket: body.bucket_name,
  query: body.query,
  limit: body.num_of_docs,
  isHybrid: body.hybrid,
  ...(body.filter !== undefined && { keyPattern: body.filter }),
  ...(body.min_certainty !== undefined && { minCertainty: body.min_certainty }),
})
