import { EmbedlineError } from '../../../domain/errors.ts'
import type { MediaRequest, VectorOptions } from '../../../domain/work.ts'
import type { MediaSourceBody } from '../fields.ts'
import { clipsRequest } from './clipsRequest.ts'
import type { NewerTaskBody } from './schema.ts'

const OBJECTS = ['video', 'audio'] as const

/**
 * What a create for Marengo 3.5 asks for, in the words of the domain, and its sources. Throws `request_invalid` or
 * `parameter_missing` for fields that do not fit together.
 */
export function newerTaskRequest(body: NewerTaskBody): { request: MediaRequest; source: MediaSourceBody } {
  const { input_type: input } = body
  const other = OBJECTS.find((type) => type !== input && body[type] !== undefined)
  if (other !== undefined)
    throw new EmbedlineError('request_invalid', `\`input_type\` is \`${input}\`.`, { field: other })
  const vectors = vectorOptions(body)
  const media = body[input]
  if (!media) throw new EmbedlineError('parameter_missing', '', { field: input })
  return { request: clipsRequest(input, media, vectors), source: media.media_source }
}

/** What is asked of the vectors, whatever they are of. */
export const vectorOptions = ({
  embedding_dimension: dimension,
  embedding_uncertainty: uncertainty,
}: Pick<NewerTaskBody, 'embedding_dimension' | 'embedding_uncertainty'>): VectorOptions => ({
  ...(dimension !== undefined && { dimension }),
  ...(uncertainty && { uncertainty }),
})
