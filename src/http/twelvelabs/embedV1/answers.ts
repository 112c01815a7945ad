import { z } from 'zod'
import { id, model, pageInfo, status, time, warnings } from '../answers.ts'

const vector = z.array(z.number())

const metadata = z.looseObject({
  input_url: z.string().optional(),
  input_filename: z.string().optional(),
  video_clip_length: z.number().optional(),
  video_embedding_scope: z.array(z.string()).optional(),
  video_embedding_option: z.array(z.string()).optional(),
  duration: z.number().optional(),
})

const segment = z.looseObject({
  float: vector,
  start_offset_sec: z.number(),
  end_offset_sec: z.number(),
  embedding_option: z.string(),
  embedding_scope: z.enum(['clip', 'video']),
  space: z.string(),
})

export const CreatedTask = z.looseObject({ _id: id, warnings: warnings.optional() })

const state = z.looseObject({
  _id: id,
  model_name: z.string(),
  status,
  error: z.looseObject({ message: z.string(), code: z.string().optional() }).optional(),
  model,
  warnings: warnings.optional(),
})

export const TaskStatus = state.extend({ video_embedding: z.looseObject({ metadata }).optional() })

export const Task = state.extend({
  created_at: time,
  updated_at: time,
  video_embedding: z.looseObject({ metadata, segments: z.array(segment).optional() }).optional(),
})

export const TaskPage = z.looseObject({
  data: z.array(TaskStatus.extend({ created_at: time, updated_at: time })),
  page_info: pageInfo,
})

const plainSegments = z.array(z.looseObject({ float: vector, space: z.string() }))

const sourceMetadata = z.looseObject({
  input_url: z.string().optional(),
  input_filename: z.string().optional(),
})

export const Embeddings = z.looseObject({
  model_name: z.string(),
  text_embedding: z.looseObject({ segments: plainSegments }).optional(),
  image_embedding: z.looseObject({ segments: plainSegments, metadata: sourceMetadata }).optional(),
  audio_embedding: z
    .looseObject({
      segments: z.array(
        z.looseObject({
          float: vector,
          start_offset_sec: z.number(),
          end_offset_sec: z.number(),
          space: z.string(),
        }),
      ),
      metadata: sourceMetadata,
    })
    .optional(),
  model,
  warnings: warnings.optional(),
})
