import { z } from 'zod'
import type { Limits } from '../../../domain/limits.ts'
import { TaskAnswer } from '../tasks/schemas.ts'

export const MOST_ENTRIES = 1_000

const second = z.number().min(0)

const source = z
  .strictObject({ asset_id: z.string().min(1).optional(), url: z.string().min(1).optional() })
  .refine(
    ({ asset_id: asset, url }) => (asset === undefined) !== (url === undefined),
    'Exactly one of `asset_id` and `url` is wanted',
  )

const common = {
  client_ref: z.string().min(1).max(255).optional().meta({
    description: 'What the caller calls it: the same entry again within a day gets the same task.',
  }),
  model: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'The name of a model; the default one without it.' }),
  source,
  dimension: z.int().min(1).optional(),
  uncertainty: z.boolean().optional(),
}

const clips = {
  ...common,
  start_sec: second.default(0),
  end_sec: second.optional(),
  scopes: z
    .array(z.enum(['clip', 'asset']))
    .min(1)
    .default(['clip']),
  separate: z.boolean().default(true).meta({ description: 'One vector per modality.' }),
  fused: z.boolean().default(false).meta({ description: 'One vector made of all modalities.' }),
}

const fixed = ({ fixedMinSec, fixedMaxSec }: Limits) =>
  z.strictObject({
    strategy: z.literal('fixed'),
    duration_sec: z.int().min(fixedMinSec).max(fixedMaxSec),
  })

const dynamic = ({ dynamicMinSec, dynamicMaxSec }: Limits) =>
  z.strictObject({
    strategy: z.literal('dynamic'),
    min_duration_sec: z.int().min(dynamicMinSec).max(dynamicMaxSec),
  })

/** One task of media, in words of our own. */
export const makeEntry = (limits: Limits) =>
  z.discriminatedUnion('input', [
    z.strictObject({
      input: z.literal('video'),
      ...clips,
      modalities: z
        .array(z.enum(['visual', 'audio', 'transcription']))
        .min(1)
        .optional(),
      segmentation: z
        .discriminatedUnion('strategy', [fixed(limits), dynamic(limits)])
        .default({ strategy: 'dynamic', min_duration_sec: 4 }),
    }),
    z.strictObject({
      input: z.literal('audio'),
      ...clips,
      modalities: z
        .array(z.enum(['audio', 'transcription']))
        .min(1)
        .optional(),
      segmentation: fixed(limits).default({ strategy: 'fixed', duration_sec: 6 }),
    }),
    z.strictObject({ input: z.literal('image'), ...common }),
    z.strictObject({
      input: z.literal('document'),
      ...common,
      modalities: z
        .array(z.enum(['visual', 'text']))
        .min(1)
        .optional(),
      scopes: z
        .array(z.enum(['part', 'asset']))
        .min(1)
        .optional(),
      pages: z.enum(['whole', 'quadrants']).optional(),
      chunks: z.strictObject({ sentences: z.int().min(1), overlap: z.int().min(0).default(0) }).optional(),
    }),
  ])

export type Entry = z.output<ReturnType<typeof makeEntry>>

/** Entries are held against their own schema one by one: one that is wrong does not spoil the others. */
export const Entries = z.strictObject({
  tasks: z.array(z.unknown()).min(1).max(MOST_ENTRIES),
})

export const describedEntries = (limits: Limits) =>
  z.strictObject({ tasks: z.array(makeEntry(limits)).min(1).max(MOST_ENTRIES) })

export const Outcomes = z.looseObject({
  created: z.int(),
  existing: z.int(),
  refused: z.int(),
  results: z.array(
    z.looseObject({
      index: z.int().meta({ description: 'Of the entry in the request, from 0.' }),
      client_ref: z.string().optional(),
      status: z.enum(['created', 'existing', 'refused']),
      task: TaskAnswer.nullable()
        .optional()
        .meta({ description: 'Null for a task that was made before and is gone since.' }),
      error: z
        .looseObject({
          status: z.int(),
          code: z.string(),
          detail: z.string(),
          field: z.string().optional(),
        })
        .optional(),
    }),
  ),
})
