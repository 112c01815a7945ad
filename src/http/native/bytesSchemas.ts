import { z } from 'zod'

export const BYTES_TYPE = 'application/octet-stream'

/** What a caller is told who named the ETag in `If-None-Match`. */
export const KNOWN = 'The caller has these bytes already'

export const BYTES = z.string().meta({ format: 'binary' })

/** What a caller who wants only some of the bytes sends. */
export const RangeHeaders = z.object({
  Range: z
    .string()
    .optional()
    .meta({ description: 'One range, as `bytes=0-1023`, `bytes=1024-`, `bytes=-512`.' }),
  'If-Range': z.string().optional().meta({ description: 'The ETag: of another version all bytes are sent.' }),
})
