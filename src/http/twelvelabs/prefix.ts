/** Where the dialect stands. */
export const PREFIX = '/v1.3'
