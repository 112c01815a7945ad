import { onTestFinished } from 'vitest'
import { openFetcher } from '../../src/fetch/fetcher.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { createCrawl } from '../../src/tasks/createCrawl.ts'
import type { TaskParts } from '../../src/tasks/parts.ts'
import { ORDER, readBucket } from './handbook.ts'
import type { Site } from './site.ts'
import { taskRoom, type TaskRoom } from './taskRoom.ts'

/** The tasks room with an empty bucket and a way out that ends at the site. */
export async function crawlRoom(
  { web }: Pick<Site, 'web'>,
  crawling: Partial<TaskParts['crawling']> = {},
): Promise<TaskRoom> {
  const room = await taskRoom()
  const fetcher = openFetcher({ clock: systemClock, userAgent: 'Embedline/test', ...web })
  onTestFinished(() => fetcher.close())
  Object.assign(room.parts, { fetcher, crawling: { ...room.parts.crawling, ...crawling } })
  await room.put('handbook', 'own.txt', 'own')
  return room
}

export const startCrawl = async (room: TaskRoom, url = 'http://site.test/', bucket = ORDER.bucket) =>
  (await createCrawl(room.parts, room.account, { ...ORDER, bucket, url })).id

export async function crawlToEnd(room: TaskRoom, url?: string) {
  const id = await startCrawl(room, url)
  await room.drain()
  return readBucket(room, id)
}

/** What the crawl knows of each page: its state, and why. */
export async function pagesOf({ parts }: TaskRoom): Promise<Record<string, string>> {
  const rows = await parts.store.read.selectFrom('crawl_page').selectAll().orderBy('id').execute()
  return Object.fromEntries(
    rows.map(({ url, state, reason }) => [
      url.replace('http://site.test', ''),
      reason === null ? state : `${state} ${reason}`,
    ]),
  )
}
