import { z } from 'zod'
import { PRECISIONS, SESSIONS } from '../../../domain/precision.ts'

/** What `POST /models/pull` takes. */
export const PullOrder = z.strictObject({
  model: z.string().min(1),
  precision: z
    .string()
    .nullish()
    .meta({
      description: `One of ${PRECISIONS.join(', ')}, or one for a session, as in \`q8,vision_encoder=fp32\` (sessions: ${SESSIONS.join(', ')}).`,
    }),
})

const bytes = z.int().nonnegative()
const time = z.string().meta({ format: 'date-time' })

export const PullState = z.looseObject({
  id: z.string(),
  model: z.string(),
  precision: z.string(),
  state: z.enum(['running', 'done', 'failed', 'stopped']),
  phase: z.enum(['waiting', 'listing', 'checking', 'fetching', 'finishing']),
  done_bytes: bytes.meta({ description: 'Of those needed, what is here.' }),
  total_bytes: bytes.meta({ description: '0 until the hub has listed the files.' }),
  file: z.string().optional(),
  bytes_per_sec: bytes.optional().meta({ description: 'Of the last seconds.' }),
  setback: z.string().optional().meta({ description: 'Why it waits before it tries again.' }),
  error: z.looseObject({ code: z.string(), message: z.string() }).optional(),
  started_at: time,
  ended_at: time.optional(),
})

const Fault = z.looseObject({ file: z.string(), kind: z.string(), message: z.string() })

export const ListedModels = z.looseObject({
  models: z.array(
    z.looseObject({
      id: z.string(),
      state: z.enum(['ready', 'missing', 'damaged', 'unusable']),
      in_use: z.boolean().meta({ description: 'It is the default model, or an alias means it.' }),
      problem: z.string().optional().meta({ description: 'Why it cannot be used now, and what to do.' }),
      revision: z.string().optional(),
      precision: z.string().optional(),
      spaces: z.looseObject({}).optional(),
      caveat: z.string().optional(),
      repository: z.string().optional(),
      commit: z.string().optional(),
      licence: z.string().optional(),
      files: z
        .looseObject({
          size_bytes: bytes,
          precisions: z.record(z.enum(SESSIONS), z.array(z.enum(PRECISIONS))),
          faults: z.array(Fault),
        })
        .optional(),
      estimated_bytes: z
        .record(z.enum(PRECISIONS), bytes)
        .optional()
        .meta({ description: 'What a precision takes, by counting parameters.' }),
    }),
  ),
})

export const Removal = z.object({
  force: z.boolean().default(false).meta({ description: 'Also when the server works with it.' }),
  forget: z.boolean().default(false).meta({ description: 'Its pinned hashes go too.' }),
})
