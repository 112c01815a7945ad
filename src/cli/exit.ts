/** What the exit codes mean; docs/cli.md says the same. After a signal: 128 and its number (`exitCodeOf`). */
export const EXIT = {
  done: 0,
  failed: 1,
  /** Wrong flags or settings, or something is missing that Embedline can't install: nothing was begun. */
  unusable: 2,
} as const
