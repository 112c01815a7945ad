/** The clients of some contracts wait as long as `Retry-After` says, however long that is: nobody waits for hours. */
const LONGEST_WAIT_MS = 60_000

/** Tells clients not to wait for what takes too long. */
export const retryHeaders = (retryAfterMs: number | undefined): Record<string, string> =>
  retryAfterMs !== undefined && retryAfterMs > LONGEST_WAIT_MS ? { 'x-should-retry': 'false' } : {}
