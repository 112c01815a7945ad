import { openItems } from '../queue/openItems.ts'
import type { TaskParts } from './parts.ts'

const PREFIX = 'fetch-'

/**
 * The name under which a fetch keeps what has come since it was begun: no other server has a file of that name. The attempt
 * alone would not do: that of a claim which a crash of the database has undone is another worker's then.
 */
export const unfinishedName = (itemId: number, begunBy: string): string => `${PREFIX}${itemId}-${begunBy}`

/** Removes what is left of fetches that will not go on: they failed, or what they were for is deleted. */
export async function forgetUnfinishedFetches({
  objects,
  store,
}: Pick<TaskParts, 'objects' | 'store'>): Promise<void> {
  const fetches = fetchesIn(await objects.unfinished())
  const open = await openItems(
    store.read,
    fetches.map(({ itemId }) => itemId),
  )
  for (const { name, itemId } of fetches) if (!open.has(itemId)) await objects.forget(name)
}

/** Of these names, those of fetches, with the items that fetch. */
export const fetchesIn = (names: readonly string[]): { name: string; itemId: number }[] =>
  names
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => ({ name, itemId: Number.parseInt(name.slice(PREFIX.length), 10) }))
