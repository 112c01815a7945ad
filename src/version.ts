import { createRequire } from 'node:module'

// Not an import: the compiler would take the file along, and put it beside the code instead of above it.
const manifest = createRequire(import.meta.url)('../package.json') as { version: string }

/** The version of this package. */
export const { version } = manifest
