import { snakeCase } from '../lib/snakeCase.ts'
import type { Limits } from './limits.ts'

export type LimitName = keyof Limits

export interface LimitFacts {
  /** `ratio`: the longer side by the shorter one. */
  unit:
    | 'bytes'
    | 'seconds'
    | 'pixels'
    | 'tokens'
    | 'characters'
    | 'pages'
    | 'texts'
    | 'results'
    | 'rows'
    | 'uploads'
    | 'requests'
    | 'ratio'
  meaning: string
}

// Every limit has a line here, or this file does not compile.
const FACTS = {
  jsonBodyBytes: { unit: 'bytes', meaning: 'a JSON body that may hold media as base64, at most' },
  uploadBytes: { unit: 'bytes', meaning: 'a file that is uploaded in one request, at most' },
  partedUploadBytes: { unit: 'bytes', meaning: 'a file that is uploaded in parts, at most' },
  partedPictureBytes: { unit: 'bytes', meaning: 'a picture that is uploaded in parts, at most' },
  uploadPartBytes: { unit: 'bytes', meaning: 'each part of an upload, unless there were too many' },
  activeUploads: {
    unit: 'uploads',
    meaning: 'uploads in parts of an account that are not complete, at most',
  },
  userMetadataBytes: { unit: 'bytes', meaning: 'what is kept with an asset, as JSON, at most' },
  fetchBytes: { unit: 'bytes', meaning: 'what is fetched by a URL, at most' },
  fetchSec: { unit: 'seconds', meaning: 'how long fetching may take with a task' },
  waitedFetchSec: { unit: 'seconds', meaning: 'how long fetching may take in a request that waits for it' },
  inlineMediaBytes: { unit: 'bytes', meaning: 'video or sound as base64, decoded, at most' },
  inlinePictureBytes: { unit: 'bytes', meaning: 'a picture that is embedded, at most' },
  inlineDocumentBytes: { unit: 'bytes', meaning: 'a document as base64, decoded, at most' },
  pictureMinPixels: { unit: 'pixels', meaning: 'the shorter side of a picture, at least' },
  pictureMaxPixels: { unit: 'pixels', meaning: 'a picture or a frame, width times height, at most' },
  mediaMinSec: { unit: 'seconds', meaning: 'video or sound, at least' },
  mediaMaxSec: { unit: 'seconds', meaning: 'video or sound, at most' },
  videoMinWidth: { unit: 'pixels', meaning: 'how wide a video is, at least' },
  videoMinHeight: { unit: 'pixels', meaning: 'how high a video is, at least' },
  videoMaxWidth: { unit: 'pixels', meaning: 'the longer side of a video, at most' },
  videoMaxHeight: { unit: 'pixels', meaning: 'the shorter side of a video, at most' },
  videoMaxAspect: { unit: 'ratio', meaning: 'the longer side of a video by the shorter one, at most' },
  fixedMinSec: { unit: 'seconds', meaning: 'a segment of fixed length, at least' },
  fixedMaxSec: { unit: 'seconds', meaning: 'a segment of fixed length, at most' },
  dynamicMinSec: { unit: 'seconds', meaning: 'the shortest dynamic segment that can be asked for, at least' },
  dynamicMaxSec: { unit: 'seconds', meaning: 'the shortest dynamic segment that can be asked for, at most' },
  textTokens: { unit: 'tokens', meaning: 'a text that is embedded at once, or a query, at most' },
  syncMediaSec: {
    unit: 'seconds',
    meaning: 'video or sound that is embedded while the caller waits, at most',
  },
  filenameCharacters: { unit: 'characters', meaning: 'the name of a file, at most' },
  textBodyBytes: { unit: 'bytes', meaning: 'a JSON body that holds no media, at most' },
  inputTexts: { unit: 'texts', meaning: 'texts in one request to the OpenAI-compatible operations, at most' },
  inputTextTokens: { unit: 'tokens', meaning: 'each of those texts, at most' },
  inputTokens: { unit: 'tokens', meaning: 'all of those texts together, at most' },
  batchBytes: { unit: 'bytes', meaning: 'a file of requests for a batch below /v1, at most' },
  batchRequests: { unit: 'requests', meaning: 'requests in such a file, at most' },
  batchTexts: { unit: 'texts', meaning: 'texts of all of them, at most' },
  searchResults: { unit: 'results', meaning: 'results of one search, at most' },
  documentBytes: {
    unit: 'bytes',
    meaning: 'a document that is read as a stream (text, Markdown, tables, NDJSON, XML, subtitles), at most',
  },
  wholeDocumentBytes: {
    unit: 'bytes',
    meaning: 'a document that is read as a whole (PDF, DOCX, e-mail), at most',
  },
  treeDocumentBytes: {
    unit: 'bytes',
    meaning: 'a document that becomes a tree in memory (JSON), at most',
  },
  unpackedDocumentBytes: { unit: 'bytes', meaning: 'all that is unpacked of one document, at most' },
  crawlPageBytes: { unit: 'bytes', meaning: 'a page of a site that is crawled, at most' },
  crawlFileBytes: { unit: 'bytes', meaning: 'a PDF or another file of a site that is crawled, at most' },
  taskDocumentBytes: { unit: 'bytes', meaning: 'a document of which a task is made, at most' },
  documentPagesPerMegabyte: {
    unit: 'pages',
    meaning: 'pages that are embedded for each megabyte of such a document, at most',
  },
  mixedMediaBytes: { unit: 'bytes', meaning: 'each of several things that become one vector, at most' },
  mixedMediaSec: { unit: 'seconds', meaning: 'video or sound among them, at most' },
  mixedDocumentPages: { unit: 'pages', meaning: 'a document among them, at most' },
  mixedTextTokens: { unit: 'tokens', meaning: 'the text among them, at most' },
  pageSize: { unit: 'rows', meaning: 'a page of a list below /v1.3, at most' },
  itemSec: { unit: 'seconds', meaning: 'work without progress on one item that is taken for a hang' },
} as const satisfies Record<LimitName, LimitFacts>

export const LIMIT_NAMES = Object.keys(FACTS) as readonly LimitName[]

export const factsOfLimit = (name: LimitName): LimitFacts => FACTS[name]

/** How callers know a limit: `json_body_bytes`. */
export const publicName = (name: LimitName): string => snakeCase(name)

/** So many bytes at most. A number alone is a bound that callers need not know. */
export type MostBytes = number | { name: LimitName; bytes: number }

/** A limit on bytes that is told by its name when it refuses something. */
export const mostBytes = <Name extends LimitName>(limits: Pick<Limits, Name>, name: Name): MostBytes => ({
  name,
  bytes: limits[name],
})

export const bytesOf = (most: MostBytes): number => (typeof most === 'number' ? most : most.bytes)

/** What ends the sentence that refuses more bytes. */
export const inMostBytes = (most: MostBytes): string => (typeof most === 'number' ? '' : inLimit(most.name))

/** What ends every sentence that refuses something for a limit. */
export const inLimit = (...names: readonly LimitName[]): string =>
  ` (${names.length > 1 ? 'limits' : 'limit'} ${names.map(publicName).join(', ')})`
