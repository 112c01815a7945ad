/** Where the dialect stands. */
export const PREFIX = '/v2/ai'

/** What clients of this contract send as a model; each means the configured one. The first is the default. */
export const MODEL_NAMES = ['thenlper/gte-large', 'intfloat/multilingual-e5-large'] as const

export const [DEFAULT_MODEL] = MODEL_NAMES
