import { z } from 'zod'
import { QUADRANTS } from '../../domain/embedding.ts'
import { Progress } from '../progressSchema.ts'

// The shapes of what this dialect answers, for its description; tests hold real answers against them.

export const status = z.enum(['processing', 'ready', 'failed'])
export const time = z.string().meta({ format: 'date-time' })
export const id = z.string().meta({ description: '24 hex digits, to be taken as opaque' })

export const model = z
  .looseObject({
    id: z.string(),
    revision: z.string(),
    precision: z.string().optional(),
    dimension: z.int().optional(),
    space: z.string().optional(),
    spaces: z.record(z.string(), z.string()).optional(),
  })
  .meta({
    description:
      'The model that really embedded. Only vectors of one space may be compared: `space` holds for all, else `spaces` tells by option.',
  })

export const warnings = z
  .array(
    z.looseObject({
      code: z.string(),
      message: z.string(),
      option: z.string().optional(),
      start_sec: z.number().optional(),
      end_sec: z.number().optional(),
      item: z.string().optional(),
    }),
  )
  .meta({ description: 'What a caller should know of a result that is otherwise fine.' })

const embedding = z.looseObject({
  embedding: z.array(z.number()),
  embedding_uncertainty: z.array(z.number()).optional(),
  embedding_option: z.enum(['visual', 'audio', 'transcription', 'fused', 'text']).nullable(),
  embedding_scope: z.enum(['clip', 'page', 'chunk', 'asset']).nullable(),
  start_sec: z.number().nullable(),
  end_sec: z.number().nullable(),
  start_page_number: z.int().optional(),
  end_page_number: z.int().optional(),
  quadrant: z.enum(QUADRANTS).optional(),
  chunk_index: z.int().optional(),
  space: z.string(),
})

const partMetadata = z.looseObject({
  input_type: z.enum(['image', 'document']),
  input_url: z.string().optional(),
  input_filename: z.string().optional(),
  embedding_scopes: z.array(z.string()),
  embedding_options: z.array(z.string()),
})

const usage = z.looseObject({
  input_tokens: z.record(z.string(), z.int()),
  truncated: z.boolean(),
})

const metadata = z.looseObject({
  input_type: z.enum(['video', 'audio']),
  input_url: z.string().optional(),
  input_filename: z.string().optional(),
  clip_length: z.int().optional(),
  embedding_scopes: z.array(z.string()),
  embedding_options: z.array(z.string()),
  duration: z.number(),
  start_offset_sec: z.number(),
  end_offset_sec: z.number(),
})

const reusedFrom = id
  .optional()
  .meta({ description: 'The task from which the vectors were taken; nothing was embedded anew.' })

export const Task = z.looseObject({
  _id: id,
  status,
  created_at: time,
  updated_at: time,
  data: z.array(embedding).nullable(),
  usage: usage.optional(),
  metadata: z.union([metadata, partMetadata]).optional(),
  error: z.looseObject({ message: z.string(), code: z.string().optional() }).optional(),
  model_name: z.string(),
  model,
  progress: Progress,
  reused_from: reusedFrom,
  warnings: warnings.optional(),
})

const rowMetadata = z.looseObject({ metadata: z.looseObject({ duration: z.number().optional() }) })

export const pageInfo = z.looseObject({
  limit_per_page: z.int(),
  page: z.int(),
  total_page: z.int(),
  total_results: z.int(),
})

export const TaskPage = z.looseObject({
  data: z.array(
    z.looseObject({
      _id: id,
      model_name: z.string(),
      status,
      created_at: time,
      updated_at: time,
      video_embedding: rowMetadata.optional(),
      audio_embedding: rowMetadata.optional(),
      image_embedding: rowMetadata.optional(),
      document_embedding: rowMetadata.optional(),
      model,
      progress: Progress,
      reused_from: reusedFrom,
      warnings: warnings.optional(),
    }),
  ),
  page_info: pageInfo,
})

export const Embeddings = z.looseObject({
  data: z.array(embedding),
  usage: usage.optional(),
  metadata: z
    .union([z.looseObject({ input_type: z.enum(['image', 'text_image', 'multi_input']) }), metadata])
    .optional(),
  model,
  warnings: warnings.optional(),
})

export const Asset = z.looseObject({
  _id: id,
  method: z.enum(['direct', 'url', 'multipart']),
  status,
  filename: z.string(),
  file_type: z.string(),
  created_at: time,
  user_metadata: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  warnings: warnings.optional(),
  size: z.int().optional(),
  duration: z.number().optional(),
  technical_metadata: z
    .looseObject({
      file_size_bytes: z.int(),
      file_mime_type: z.string(),
      file_container_format: z.string().optional(),
      video_codec: z.string().optional(),
      video_width: z.int().optional(),
      video_height: z.int().optional(),
      video_fps: z.number().optional(),
      audio_codec: z.string().optional(),
      audio_sample_rate: z.number().optional(),
      audio_channels: z.int().optional(),
      image_width: z.int().optional(),
      image_height: z.int().optional(),
      image_format: z.string().optional(),
      has_audio: z.boolean().optional(),
    })
    .optional()
    .meta({ description: 'Sizes of pictures as they are displayed: upright, with square pixels.' }),
  thumbnail: z
    .looseObject({
      status: z.enum(['pending', 'ready', 'error']),
      representative_url: z.string().optional(),
    })
    .optional()
    .meta({ description: 'Only when it was asked for.' }),
  error: z.looseObject({ message: z.string(), code: z.string() }).optional(),
})

const spoken = z.looseObject({ start: z.number(), end: z.number(), value: z.string() })

export const Transcription = z.looseObject({
  status: z.enum(['pending', 'processing', 'ready', 'failed']),
  sentences: z.array(spoken).optional().meta({ description: 'The lines of the subtitles.' }),
  utterances: z.array(spoken.extend({ speaker: z.string().optional() })).optional(),
  error: z.looseObject({ message: z.string(), code: z.string() }).optional(),
  language: z.string().optional(),
  tracks: z
    .array(z.looseObject({ language: z.string().optional(), asset_id: z.string().optional() }))
    .optional()
    .meta({ description: 'All there are, the ones used first first; without `asset_id`: one of the file.' }),
  warnings: warnings.optional(),
})

export const AssetPage = z.looseObject({ data: z.array(Asset), page_info: pageInfo })

const partAddress = z.looseObject({ chunk_index: z.int(), url: z.string(), expires_at: time })

export const Upload = z.looseObject({
  upload_id: id,
  asset_id: id,
  upload_urls: z.array(partAddress),
  upload_headers: z.record(z.string(), z.string()),
  chunk_size: z.int(),
  total_chunks: z.int(),
  expires_at: time,
})

export const PartAddresses = z.looseObject({
  upload_id: id,
  start_index: z.int(),
  count: z.int(),
  upload_urls: z.array(partAddress),
  generated_at: time,
  expires_at: time,
})

const uploadStatus = z.enum(['active', 'completed', 'failed', 'expired'])

export const UploadPage = z.looseObject({
  data: z.array(
    z.looseObject({
      upload_id: id,
      asset_id: id,
      filename: z.string(),
      status: uploadStatus,
      total_size: z.int(),
      chunk_size: z.int(),
      total_chunks: z.int(),
      created_at: time,
      expires_at: time,
    }),
  ),
  page_info: pageInfo,
})

export const UploadProgress = z.looseObject({
  upload_id: id,
  asset_id: id,
  status: uploadStatus,
  uploaded_chunks: z.array(
    z.looseObject({
      index: z.int(),
      status: z.enum(['pending', 'completed']),
      uploaded_at: time.nullable(),
      updated_at: time.optional(),
      etag: z.string().optional().meta({ description: 'Of a part that has come, reported or not.' }),
    }),
  ),
  chunks_completed: z.int(),
  chunks_failed: z.int(),
  chunks_pending: z.int(),
  total_size: z.int(),
  uploaded_size: z.int(),
  created_at: time,
  updated_at: time,
  expires_at: time,
  page_info: pageInfo,
})

export const UploadReport = z.looseObject({
  asset_id: id,
  processed_chunks: z.int(),
  duplicate_chunks: z.int(),
  total_completed: z.int(),
  url: z.string().optional().meta({ description: 'Where the bytes are, once all parts are reported.' }),
})

export const Failure = z.looseObject({
  code: z.string(),
  message: z.string(),
  docs_url: z.string(),
  error: z.looseObject({
    code: z.string(),
    message: z.string(),
    details: z.looseObject({ field: z.string().optional(), reason: z.string().optional() }),
  }),
})
