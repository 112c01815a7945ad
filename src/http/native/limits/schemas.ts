import { z } from 'zod'
import { SCOPES } from '../../../domain/scopes.ts'

const time = z.string().meta({ format: 'date-time' })

const state = {
  limit: z.number().nullable().meta({ description: 'null: not limited.' }),
  used: z.number(),
  remaining: z.number().nullable(),
  resets_at: time.optional().meta({ description: 'When it is counted from 0 again.' }),
}

export const LimitsAnswer = z.looseObject({
  limits: z
    .record(
      z.string(),
      z.looseObject({
        value: z.number().nullable().meta({ description: 'null: not limited.' }),
        unit: z.string(),
        meaning: z.string(),
      }),
    )
    .meta({ description: 'By the names that refusals tell.' }),
  rates: z.record(z.string(), z.looseObject(state)).meta({ description: 'Of this key.' }),
  quotas: z
    .record(z.string(), z.looseObject({ unit: z.string(), ...state }))
    .meta({ description: 'Of the account.' }),
  account: z.looseObject({ id: z.string(), name: z.string() }),
  key: z.looseObject({ id: z.string(), scopes: z.array(z.enum(SCOPES)) }).optional(),
})
