import { extname } from 'node:path'

/**
 * The URL of the module `name` in the folder of the module at `here`, for threads and processes that start with it.
 * Sources end in `.ts`, and in the npm package in `.js`; only imports are rewritten when it is made.
 */
export const moduleBeside = (name: string, here: string): URL => new URL(`${name}${extname(here)}`, here)
