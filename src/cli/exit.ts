/** What the exit codes mean; docs/cli.md says the same. */
export const EXIT = {
  done: 0,
  failed: 1,
  /** Wrong flags or settings, or something is missing that Embedline can't install: nothing was begun. */
  unusable: 2,
  interrupted: 130,
} as const
