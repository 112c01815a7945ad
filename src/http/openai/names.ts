/** Where the dialect stands. */
export const PREFIX = '/v1'

/** What clients of this contract send as a model; each means the configured one. */
export const MODEL_NAMES = [
  'text-embedding-3-small',
  'text-embedding-3-large',
  'text-embedding-ada-002',
] as const
