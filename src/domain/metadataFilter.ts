import type { UserMetadata } from './task.ts'

export type MetadataValue = UserMetadata[string]

/** What a value must be: one of these, or a number within these bounds. */
export type MetadataTest =
  { oneOf: readonly MetadataValue[] } | { gt?: number; gte?: number; lt?: number; lte?: number }

/** What metadata must have under each key. */
export type MetadataFilter = Readonly<Record<string, MetadataTest>>

/** Whether metadata has all that a filter asks for. Values of different types are different. */
export const fitsMetadata = (metadata: UserMetadata, filter: MetadataFilter): boolean =>
  Object.entries(filter).every(([key, test]) => {
    const value = Object.hasOwn(metadata, key) ? metadata[key] : undefined
    if (value === undefined) return false
    if ('oneOf' in test) return test.oneOf.includes(value)
    if (typeof value !== 'number') return false
    const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity } = test
    return value > gt && value >= gte && value < lt && value <= lte
  })
