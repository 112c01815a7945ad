import type { Config } from './config.ts'
import { EmbedlineError } from './domain/errors.ts'
import type { ItemKind } from './domain/itemKinds.ts'
import { kindsOf, WORK_GROUPS } from './domain/workGroups.ts'

/** What is done with objects of buckets: it needs the folder in which they are. */
const IN_BUCKETS: readonly ItemKind[] = ['list', 'crawl', 'document']

/**
 * The kinds of items that a process with this configuration works on. A worker leaves buckets alone that it was not
 * told of: without a place in common they would be empty here.
 */
export function claimedKinds(
  { only, hasOwnBuckets }: Config,
  { isWorker }: { isWorker: boolean },
): ItemKind[] {
  const kinds = kindsOf(only ?? WORK_GROUPS)
  return isWorker && hasOwnBuckets ? kinds.filter((kind) => !IN_BUCKETS.includes(kind)) : kinds
}

/** Other processes, on other machines, can have what this one has. */
export const isShared = ({ database, s3 }: Pick<Config, 'database' | 's3'>): boolean =>
  'url' in database && s3 !== undefined

/** Throws `request_invalid` for a configuration with which a worker would be alone with its work. */
export function refuseUnshared(config: Config): void {
  if (!isShared(config))
    throw new EmbedlineError(
      'request_invalid',
      'A worker shares its database and its storage with a server: it needs --database-url postgres://… and --storage-url s3://…',
    )
  if (config.computeCount === 0)
    throw new EmbedlineError(
      'request_invalid',
      'A worker without compute processes would do nothing: --compute 1 or more.',
    )
}
