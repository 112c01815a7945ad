import { z } from 'zod'
import { KEY_STATES } from '../../../domain/apiKey.ts'
import { meaningOfScope, SCOPES } from '../../../domain/scopes.ts'
import { wholeNumber } from '../queryValues.ts'

const NAME_CHARACTERS = 200
const LONGEST_OVERLAP_SEC = 30 * 86_400
const PAGE_KEYS = 1000

const time = z.string().meta({ format: 'date-time' })

const scopes = z
  .array(z.enum(SCOPES))
  .min(1)
  .refine((given) => new Set(given).size === given.length, 'Each scope may be there once')
  .meta({
    uniqueItems: true,
    description: SCOPES.map((scope) => `${scope}: ${meaningOfScope(scope)}`).join('; '),
  })

const name = z.string().trim().min(1).max(NAME_CHARACTERS)

const expiresAt = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .meta({ description: 'Not valid from then on.' })

const requestsPerMinute = z
  .int()
  .min(1)
  .max(999_999_999)
  .meta({ description: 'A limit of its own; only the operator sets it.' })

export const NewKey = z.strictObject({
  name,
  scopes: scopes.default(['read', 'write']),
  expires_at: expiresAt.nullish(),
  requests_per_minute: requestsPerMinute.nullish(),
  account: z
    .string()
    .optional()
    .meta({ description: 'Name or id of another account; only the operator names one.' }),
})

export const KeyPatch = z.strictObject({
  name: name.optional(),
  scopes: scopes.optional(),
  expires_at: expiresAt.nullish(),
  requests_per_minute: requestsPerMinute.nullish(),
})

export const Rotation = z.strictObject({
  overlap_sec: z
    .int()
    .min(0)
    .max(LONGEST_OVERLAP_SEC)
    .default(86_400)
    .meta({ description: 'So long the secrets before this one are taken too; 0: not at all.' }),
})

export const KeysQuery = z.strictObject({
  account: z.string().optional().meta({ description: 'Name or id; only the operator names another one.' }),
  after: z.string().optional().meta({ description: 'The id of the last key of the page before.' }),
  limit: wholeNumber(1, PAGE_KEYS, 100),
})

export const Key = z.looseObject({
  id: z.string(),
  name: z.string(),
  account_id: z.string(),
  source: z
    .enum(['config', 'made'])
    .meta({ description: 'config: the operator lists it, and it is valid while listed.' }),
  hint: z
    .string()
    .optional()
    .meta({ description: 'How the secret begins. The secret itself is not kept, its SHA-256 is.' }),
  scopes: z.array(z.enum(SCOPES)),
  state: z.enum(KEY_STATES),
  requests_per_minute: z.int().optional(),
  created_by: z.string().optional().meta({ description: 'The id of the key that made it.' }),
  created_at: time,
  expires_at: time.optional(),
  revoked_at: time.optional(),
  last_used_at: time.optional().meta({ description: 'To the minute.' }),
})

export const SecretKey = Key.extend({ key: z.string().meta({ description: 'The secret, told this once.' }) })

export const RotatedKey = SecretKey.extend({
  old_until: time
    .optional()
    .meta({ description: 'Until then secrets that were replaced are taken too; absent: none is.' }),
})

export const KeyList = z.looseObject({ keys: z.array(Key), next_after: z.string().optional() })
