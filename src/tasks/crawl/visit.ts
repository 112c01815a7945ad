import { pageType } from '../../crawl/contentType.ts'
import { pageText } from '../../crawl/pageText.ts'
import { readPage, type PageFacts } from '../../crawl/readPage.ts'
import { robotsWords, type RobotsWords } from '../../crawl/robotsWords.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import { mostBytes } from '../../domain/limitFacts.ts'
import { retryAfterMs, statusFailure } from '../../fetch/failures.ts'
import type { Answer } from '../../fetch/get.ts'
import type { TaskParts } from '../parts.ts'
import { contentOf, keepContent, type Content } from './content.ts'
import { PRODUCT } from './crawl.ts'
import { ENCODINGS, unpacked } from './unpack.ts'

/** What asking for a page led to. */
export type Visit =
  | { kind: 'redirect'; to: string }
  /** A type that is not stored. */
  | { kind: 'other'; contentType: string }
  | VisitedPage

export interface VisitedPage extends RobotsWords {
  kind: 'page'
  /** Of the key under which it is stored. */
  extension: string
  content: Content
  /** Of HTML. */
  facts?: PageFacts
}

const HEADERS = {
  accept: 'text/html,application/xhtml+xml,application/pdf;q=0.9,text/*;q=0.8,*/*;q=0.5',
  'accept-encoding': ENCODINGS,
}
const PAGE_MS = 60_000
const IDLE_MS = 15_000

// Written out in UTF-8 where only the header says how it is written, and small enough to do so in memory.
const TEXTS = new Set(['html', 'txt', 'md', 'csv', 'tsv', 'json', 'ndjson', 'xml', 'vtt', 'srt'])

/**
 * Asks for a page, once, and reads it to its end. A redirect is told, not followed. Throws what the fetcher throws, and
 * what a status means; `disk_full`.
 */
export async function visit(
  parts: Pick<TaskParts, 'fetcher' | 'objects' | 'limits' | 'clock'>,
  url: string,
  signal: AbortSignal,
): Promise<Visit> {
  const limitBytes = mostBytes(parts.limits, 'crawlFileBytes')
  let to: string | undefined
  const mayFollow = (target: URL) => {
    to = target.href
    return false
  }
  let answer: Answer
  try {
    const times = { totalMs: PAGE_MS, idleMs: IDLE_MS }
    answer = await parts.fetcher.get(url, { headers: HEADERS, limitBytes, ...times, mayFollow, signal })
  } catch (failure) {
    if (to === undefined) throw failure
    return { kind: 'redirect', to }
  }
  try {
    return await readAnswer(parts, url, answer)
  } finally {
    answer.cancel()
  }
}

async function readAnswer(
  { objects, limits, clock }: Pick<TaskParts, 'objects' | 'limits' | 'clock'>,
  url: string,
  answer: Answer,
): Promise<Visit> {
  const { status, headers } = answer
  const { host } = answer.url
  const waitMs = retryAfterMs(headers['retry-after'], clock.nowMs())
  const failure = statusFailure(status, { host, retryAfterMs: waitMs })
  if (failure) throw failure
  const type = pageType(headers['content-type'], url)
  if (!type) return { kind: 'other', contentType: headers['content-type'] ?? 'unknown' }
  const { extension, charset } = type
  const ofHeader = robotsWords([headers['x-robots-tag'] ?? ''], PRODUCT)
  if (!TEXTS.has(extension)) {
    const most = mostBytes(limits, 'crawlFileBytes')
    const content = await keepContent(objects, unpacked(answer, most), most)
    return { kind: 'page', extension, content, ...ofHeader }
  }
  const bytes = Buffer.concat(await Array.fromAsync(unpacked(answer, mostBytes(limits, 'crawlPageBytes'))))
  const { text, bytes: stored } = pageText(bytes, charset)
  const content = contentOf(stored)
  if (extension !== 'html') return { kind: 'page', extension, content, ...ofHeader }
  const facts = await readPage(text, url, PRODUCT)
  return {
    kind: 'page',
    extension,
    content,
    facts,
    isIndexed: ofHeader.isIndexed && facts.isIndexed,
    isFollowed: ofHeader.isFollowed && facts.isFollowed,
  }
}

/** What went wrong with one page, as opposed to the crawl. Undefined: the crawl cannot go on, or it is a bug. */
export const pageFailure = (thrown: unknown): EmbedlineError | undefined =>
  thrown instanceof EmbedlineError && /^(?:fetch_|too_large$)/.test(thrown.code) ? thrown : undefined
