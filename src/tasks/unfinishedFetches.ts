import { openItems } from '../queue/openItems.ts'
import type { TaskParts } from './parts.ts'

const PREFIX = 'fetch-'

/** The name under which a fetch keeps what has come. */
export const unfinishedName = (itemId: number): string => `${PREFIX}${itemId}`

/** Removes what is left of fetches that will not go on: they failed, or what they were for is deleted. */
export async function forgetUnfinishedFetches({
  objects,
  store,
}: Pick<TaskParts, 'objects' | 'store'>): Promise<void> {
  const names = (await objects.unfinished()).filter((name) => name.startsWith(PREFIX))
  const idOf = (name: string) => Number(name.slice(PREFIX.length))
  const open = await openItems(store.read, names.map(idOf))
  for (const name of names) if (!open.has(idOf(name))) await objects.forget(name)
}
