import { EmbedlineError } from '../../../domain/errors.ts'
import type { TaskRequest, VectorOptions } from '../../../domain/taskRequest.ts'
import type { MediaSourceBody } from '../fields.ts'
import { clipsRequest } from './clipsRequest.ts'
import { documentRequest } from './documentRequest.ts'
import type { NewerTaskBody } from './schema.ts'

export const NEWER_INPUTS = ['video', 'audio', 'image', 'document'] as const

/**
 * What a create for Marengo 3.5 asks for, in the words of the domain, and its sources. Throws `request_invalid` or
 * `parameter_missing` for fields that do not fit together.
 */
export function newerTaskRequest(body: NewerTaskBody): { request: TaskRequest; source: MediaSourceBody } {
  const { input_type: input } = body
  const other = NEWER_INPUTS.find((type) => type !== input && body[type] !== undefined)
  if (other !== undefined)
    throw new EmbedlineError('request_invalid', `\`input_type\` is \`${input}\`.`, { field: other })
  const source = body[input]?.media_source
  if (!source) throw new EmbedlineError('parameter_missing', '', { field: input })
  return { request: requestOf(body, vectorOptions(body)), source }
}

function requestOf({ video, audio, image, document }: NewerTaskBody, vectors: VectorOptions): TaskRequest {
  if (video) return clipsRequest('video', video, vectors)
  if (audio) return clipsRequest('audio', audio, vectors)
  if (document) return documentRequest(document, vectors)
  if (image) return { ...vectors, input: 'image', modalities: ['visual'], scopes: ['asset'] }
  throw new Error('a request without an input')
}

/** What is asked of the vectors, whatever they are of. */
export const vectorOptions = ({
  embedding_dimension: dimension,
  embedding_uncertainty: uncertainty,
}: Pick<NewerTaskBody, 'embedding_dimension' | 'embedding_uncertainty'>): VectorOptions => ({
  ...(dimension !== undefined && { dimension }),
  ...(uncertainty && { uncertainty }),
})
