import { pageKeys, type PageKeys } from '../../crawl/pageKey.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import { enqueue } from '../../queue/enqueue.ts'
import { insertFiles, queueFiles, seeFiles } from '../../store/bucketFiles.ts'
import { addFoundFiles } from '../../store/bucketTasks.ts'
import { pageFiles, setSourceUrl, type PageFile } from '../../store/crawledFiles.ts'
import { endPage, type QueuedPage } from '../../store/crawlPages.ts'
import { countPages } from '../../store/crawls.ts'
import { addPlannedItems } from '../../store/taskProgress.ts'
import { documentItem } from '../listBucket.ts'
import type { Content } from './content.ts'
import { writeCrawl, type Crawl } from './crawl.ts'
import type { VisitedPage } from './visit.ts'

interface NewContent extends Pick<VisitedPage, 'extension' | 'content'> {
  contentHash: string
}

/**
 * Makes a page an object of the bucket, to be embedded at once. One that is there and embedded as it came stays as it is.
 * Throws what the bucket throws.
 */
export async function storePage(crawl: Crawl, page: QueuedPage, visited: NewContent): Promise<void> {
  const { content, contentHash } = visited
  const keys = pageKeys(page.url, visited.extension)
  const files = await pageFiles(crawl.parts.store.read, crawl.bucketId, Object.values(keys))
  const key = keyFor(page.url, keys, files)
  const file = files.find((each) => each.key === key)
  if (file && (await isUnchanged(crawl, file, content))) return endUnchanged(crawl, page, file, contentHash)
  const storedAs = await put(crawl, key, keys.unique, content)
  const stored = files.find((each) => each.key === storedAs)
  await endStored(crawl, page, { key: storedAs, file: stored, sizeBytes: content.sizeBytes, contentHash })
  crawl.parts.wake()
}

/** The key that the page had before, else the plain one unless it is another page's. */
function keyFor(url: string, { plain, unique }: PageKeys, files: readonly PageFile[]): string {
  const own = files.find(({ sourceUrl }) => sourceUrl === url)
  if (own) return own.key
  const other = files.find(({ key }) => key === plain)
  const isFree = other?.sourceUrl === undefined || other.sourceUrl === null || other.state === 'gone'
  return plain !== undefined && isFree ? plain : unique
}

async function isUnchanged({ parts, task }: Crawl, file: PageFile, { md5 }: Content): Promise<boolean> {
  const isEmbedded =
    file.state === 'done' && file.checksum === md5 && file.settingsJson === JSON.stringify(task.settings)
  if (!isEmbedded) return false
  const there = await parts.buckets.stat(task.accountName, task.bucket, file.key)
  return there?.changeToken === file.changeToken && there.sizeBytes === file.sizeBytes
}

/** Returns the key: a file may stand where the plain one needs a folder, or the other way round. */
async function put({ parts, task }: Crawl, key: string, unique: string, content: Content): Promise<string> {
  const write = (as: string) => parts.buckets.put(task.accountName, task.bucket, as, content.bytes())
  try {
    await write(key)
    return key
  } catch (failure) {
    if (key === unique || !(failure instanceof EmbedlineError) || failure.code !== 'request_invalid')
      throw failure
    await write(unique)
    return unique
  }
}

const endUnchanged = (crawl: Crawl, page: QueuedPage, file: PageFile, contentHash: string): Promise<void> =>
  writeCrawl(crawl, async (db, nowMs) => {
    await seeFiles(db, [file.id], crawl.task.id)
    await setSourceUrl(db, file.id, page.url)
    await addFoundFiles(db, crawl.task.id, { skipped: 1, nowMs })
    await endPage(db, page.id, { state: 'unchanged', contentHash })
    await countPages(db, crawl.task.id, { fetched: 1, unchanged: 1 })
  })

interface StoredObject {
  key: string
  /** Its row, when there is one. */
  file: PageFile | undefined
  sizeBytes: number
  contentHash: string
}

async function endStored(
  crawl: Crawl,
  page: QueuedPage,
  { key, file, sizeBytes, contentHash }: StoredObject,
): Promise<void> {
  const { task, bucketId } = crawl
  await writeCrawl(crawl, async (db, nowMs) => {
    const by = { taskId: task.id, nowMs }
    const [added] = file ? [] : await insertFiles(db, bucketId, [{ key, sizeBytes }], by)
    const fileId = file?.id ?? added?.id
    if (fileId === undefined) throw new Error(`the row of ${key} was not written`)
    if (file) await queueFiles(db, [fileId], by)
    await setSourceUrl(db, fileId, page.url)
    const count = await enqueue(db, nowMs, [documentItem(task, fileId, nowMs)])
    await addPlannedItems(db, task.id, { count, nowMs })
    await endPage(db, page.id, { state: 'stored', contentHash })
    await countPages(db, task.id, { fetched: 1, stored: 1 })
  })
}
