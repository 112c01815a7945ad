import { EmbedlineError } from '../domain/errors.ts'
import type { Account, SearchResult } from '../domain/task.ts'
import { getEmbedding, type BucketEmbedding } from '../store/embeddedBuckets.ts'
import { readHits, type StoredHit } from '../store/searchHits.ts'
import type { SearchHit, SearchMethod, SearchOrder, TaskParts } from './parts.ts'
import { textVectors } from './textVectors.ts'
import { tokensOf } from './tokensOf.ts'

export interface BucketSearch {
  bucket: string
  query: string
  /** At most so many results. */
  limit: number
  /** True: the words of the query count too, not only its vector. */
  isHybrid?: boolean
  /** A pattern for keys: `*`, `**`, `?`. */
  keyPattern?: string
  /** From 0 to 1: results below are left out. */
  minCertainty?: number
}

/** Of a lexical model words and vectors say much the same, so that they count alike; a semantic one's vectors lead. */
const LEXICAL_VECTOR_WEIGHT = 0.5
const SEMANTIC_VECTOR_WEIGHT = 1

/**
 * While a search runs, what it found may change: then it is done once more, and looks for more chunks than are wanted,
 * so that the answer is not short should some of these change too.
 */
const SEARCHES = 2
const SPARE = 4

/**
 * The chunks of an embedded bucket that are nearest to a text, best first, by the cosine in the text space of the model
 * that embedded the bucket; with `exact` nothing is missed. Throws `not_found` when the account has no embedding of the bucket, `text_too_long`, and
 * `model_unknown` when that model is not here any more.
 */
export async function searchBucket(
  parts: TaskParts,
  account: Account,
  search: BucketSearch,
  signal?: AbortSignal,
): Promise<{ results: readonly SearchResult[]; method: SearchMethod }> {
  let order: Question | undefined
  for (let left = SEARCHES; ; left--) {
    const { id, version, settings } = await embeddingOf(parts, account, search.bucket)
    if (order?.bucketId !== id) order = await orderOf(parts, { id, settings }, search, signal)
    const limit = left === SEARCHES ? search.limit : SPARE * search.limit
    const { hits, method } = await parts.search.find({ ...order, version, limit })
    const stored = await readHits(parts.store.read, hits, version)
    const isReplaced = (await embeddingOf(parts, account, search.bucket)).id !== id
    if ((isReplaced || stored.length < hits.length) && left > 1) continue
    const found = new Map(stored.map((hit) => [nameOf(hit), hit]))
    const results = hits.flatMap((hit) => {
      const chunk = found.get(nameOf(hit))
      return chunk ? [resultOf(hit, chunk, settings.model)] : []
    })
    return { results: results.slice(0, search.limit), method }
  }
}

async function embeddingOf(parts: TaskParts, account: Account, bucket: string): Promise<BucketEmbedding> {
  const embedding = await getEmbedding(parts.store.read, account.id, bucket)
  if (!embedding) throw new EmbedlineError('not_found', `The bucket ${bucket} is not embedded.`)
  return embedding
}

/** What does not depend on the moment of the search. */
type Question = Omit<SearchOrder, 'version' | 'limit'>

async function orderOf(
  parts: TaskParts,
  { id, settings: { model } }: Pick<BucketEmbedding, 'id' | 'settings'>,
  { query, isHybrid = false, keyPattern, minCertainty }: BucketSearch,
  signal: AbortSignal | undefined,
): Promise<Question> {
  const facts = parts.models.facts(model)
  tokensOf(parts, query, {
    most: parts.limits.textTokens,
    limit: 'textTokens',
    what: 'The query',
    field: 'query',
  })
  const [vector] = await textVectors(parts, { model, texts: [query], use: 'query' }, signal)
  if (!vector) throw new Error('a text was given and no vector came back')
  return {
    bucketId: id,
    model,
    vector,
    ...(isHybrid && { terms: parts.models.terms(query) }),
    vectorWeight: facts.isLexical ? LEXICAL_VECTOR_WEIGHT : SEMANTIC_VECTOR_WEIGHT,
    ...(keyPattern !== undefined && { keyPattern }),
    ...(minCertainty !== undefined && { minCertainty }),
  }
}

const nameOf = ({ fileId, ordinal }: Pick<SearchHit, 'fileId' | 'ordinal'>): string => `${fileId} ${ordinal}`

function resultOf({ cosine }: SearchHit, chunk: StoredHit, model: SearchResult['model']): SearchResult {
  // Rounding of float32 may leave a cosine a hair outside of -1..1.
  const distance = Math.min(2, Math.max(0, 1 - cosine))
  const { fileId: _fileId, ordinal: _ordinal, ...stored } = chunk
  return { ...stored, distance, certainty: 1 - distance / 2, model }
}
