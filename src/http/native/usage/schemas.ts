import { z } from 'zod'

const day = z.iso.date().transform((text) => Date.parse(text))

export const UsageQuery = z.strictObject({
  from: day.optional().meta({ description: 'The first day, UTC; 29 days before `to` unless said.' }),
  to: day.optional().meta({ description: 'The last day; today unless said.' }),
  account: z
    .string()
    .optional()
    .meta({ description: 'Name or id, or `*` for all; only the operator names another one.' }),
  by: z.enum(['account', 'key']).default('account'),
})

const amounts = {
  tasks: z.int().meta({ description: 'That were created.' }),
  items: z.int().meta({ description: 'Slices, parts and documents that were done.' }),
  media_sec: z.number().meta({ description: 'Of video and sound that was embedded.' }),
  tokens: z.int().meta({ description: 'Of text that was embedded, as the limit on text counts them.' }),
  bytes: z
    .int()
    .meta({ description: 'That came in: uploads, inputs, what was fetched, objects of buckets.' }),
}

export const UsageAnswer = z.looseObject({
  from: z.string().meta({ format: 'date' }),
  to: z.string().meta({ format: 'date' }),
  usage: z.array(
    z.looseObject({
      date: z.string().meta({ format: 'date' }),
      account_id: z.string(),
      key_id: z
        .string()
        .nullable()
        .optional()
        .meta({ description: 'With `by=key`; null where no key is known.' }),
      ...amounts,
    }),
  ),
  total: z.looseObject(amounts),
})
