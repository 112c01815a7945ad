import { EmbedlineError } from '../../../domain/errors.ts'
import type { SentenceChunks } from '../../../domain/partWork.ts'
import type { DocumentRequest, VectorOptions } from '../../../domain/taskRequest.ts'
import type { DocumentBody } from './schema.ts'

/**
 * What a request for a document asks for, in the words of the domain; what a document of its type cannot give is for
 * those who know the type. Throws `request_invalid` for an overlap that is not shorter than a chunk.
 */
export function documentRequest(body: DocumentBody, vectors: VectorOptions): DocumentRequest {
  const { segmentation, embedding_option: modalities, embedding_scope: scopes } = body
  const { spatial, sequential } = segmentation ?? {}
  return {
    ...vectors,
    input: 'document',
    ...(modalities && { modalities }),
    ...(scopes && { scopes: scopes.map((scope) => (scope === 'local' ? 'part' : scope)) }),
    ...(spatial && { pages: spatial.strategy === 'quadrants' ? spatial.strategy : 'whole' }),
    ...(sequential && { chunks: chunksOf(sequential) }),
  }
}

function chunksOf({
  max_sentences: mostSentences,
  overlap_sentences: overlapSentences,
}: {
  max_sentences: number
  overlap_sentences: number
}): SentenceChunks {
  if (overlapSentences < mostSentences) return { mostSentences, overlapSentences }
  throw new EmbedlineError('request_invalid', 'It must be less than `max_sentences`.', {
    field: 'document.segmentation.sequential.overlap_sentences',
  })
}
