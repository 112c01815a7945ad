import { z } from 'zod'
import type { ChunkSettings } from '../../domain/document.ts'
import type { Limits } from '../../domain/limits.ts'
import { wholeWithin } from '../withinLimits.ts'
import { InvalidRequest } from './invalidRequest.ts'
import { DEFAULT_MODEL } from './names.ts'

/** An explicit null means the same as leaving the field out. */
const absent = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined)

const absentOr = <Schema extends z.ZodType>(schema: Schema, fallback: z.output<Schema>) =>
  schema
    .nullish()
    .transform((value): z.output<Schema> => value ?? fallback)
    .meta({ default: fallback })

/** The contract's default, in characters; its overlap of 512 is half of it. */
const CHUNK_CHARACTERS = 1024
const OVERLAP_CHARACTERS = 512

/** Where a caller cannot say how chunks are cut. */
export const DEFAULT_CHUNKS: ChunkSettings = {
  sizeCharacters: CHUNK_CHARACTERS,
  overlapCharacters: OVERLAP_CHARACTERS,
}

/** The shapes of every request of this dialect. Keys that they do not know are ignored. */
export function makeSchemas(limits: Limits) {
  return {
    createTask: z.object({
      bucket_name: z.string().min(1),
      document_chunk_size: absentOr(z.int().min(1), CHUNK_CHARACTERS),
      document_chunk_overlap_size: absent(z.int().min(0)),
      embedding_model: absentOr(z.string(), DEFAULT_MODEL),
      loader: absentOr(z.enum(['default', 'intercom']), 'default'),
    }),
    crawl: z.object({
      bucket_name: z.string().min(1),
      url: z.string().min(1),
    }),
    search: z.object({
      bucket_name: z.string().min(1),
      query: z.string().regex(/\S/, 'Input should have text in it'),
      num_of_docs: absentOr(wholeWithin(limits, { least: 1, most: 'searchResults' }), 3),
      hybrid: absentOr(z.boolean(), false),
      filter: absent(z.string().min(1)),
      min_certainty: absent(z.number().min(0).max(1)),
    }),
    embed: z.object({
      input: z.union([z.string(), z.array(z.string())], {
        error: 'Input should be a string or a list of strings; tokens are not taken',
      }),
      model: z.string(),
      encoding_format: absentOr(z.enum(['float', 'base64']), 'float'),
      dimensions: absent(z.int().min(1)),
    }),
  }
}

export type Schemas = ReturnType<typeof makeSchemas>
export type CreateTaskBody = z.output<Schemas['createTask']>
export type SearchBody = z.output<Schemas['search']>
export type EmbedBody = z.output<Schemas['embed']>

/**
 * The sizes of chunks; where only the size is given, half of it overlaps but never more than the contract's default.
 * Throws `InvalidRequest` for an overlap that leaves no way forward.
 */
export function chunkSettings(
  body: Pick<CreateTaskBody, 'document_chunk_size' | 'document_chunk_overlap_size'>,
): ChunkSettings {
  const { document_chunk_size: sizeCharacters, document_chunk_overlap_size: given } = body
  const overlapCharacters = given ?? Math.min(OVERLAP_CHARACTERS, Math.floor(sizeCharacters / 2))
  if (overlapCharacters < sizeCharacters) return { sizeCharacters, overlapCharacters }
  const msg = `Input should be less than the chunk size of ${sizeCharacters}`
  throw new InvalidRequest([{ loc: ['body', 'document_chunk_overlap_size'], msg, type: 'less_than' }])
}
