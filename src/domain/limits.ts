/** Upper and lower bounds of what is taken, in one table. Durations in seconds, sizes in bytes. */
export interface Limits {
  jsonBodyBytes: number
  uploadBytes: number
  /** Of a file that comes in parts; the same of a picture; of each part but the last one, unless there were too many. */
  partedUploadBytes: number
  partedPictureBytes: number
  uploadPartBytes: number
  /** Of one account, that still take parts. */
  activeUploads: number
  /** Of what a caller keeps with an asset, as JSON. */
  userMetadataBytes: number
  /** Of what is fetched by a URL; how long that may take with a task, and in a request that waits for it. */
  fetchBytes: number
  fetchSec: number
  waitedFetchSec: number
  /** Of `base64` input, decoded. */
  inlineMediaBytes: number
  inlinePictureBytes: number
  inlineDocumentBytes: number
  pictureMinPixels: number
  pictureMaxPixels: number
  mediaMinSec: number
  mediaMaxSec: number
  videoMinWidth: number
  videoMinHeight: number
  videoMaxWidth: number
  videoMaxHeight: number
  /** Longer side divided by shorter side. */
  videoMaxAspect: number
  fixedMinSec: number
  fixedMaxSec: number
  dynamicMinSec: number
  dynamicMaxSec: number
  /** Of sync text. Tokens are words and punctuation marks as the builtin model counts them. */
  textTokens: number
  /** Of a video or a sound that is embedded while the caller waits. */
  syncMediaSec: number
  filenameCharacters: number
  /** Of a JSON body that holds no media. */
  textBodyBytes: number
  /** Of texts that are embedded at once: how many in a request, of how many tokens each, and all together. */
  inputTexts: number
  inputTextTokens: number
  inputTokens: number
  /** Of a batch of requests: its file, the requests in it, and the texts of all of them. */
  batchBytes: number
  batchRequests: number
  batchTexts: number
  /** Of one search. */
  searchResults: number
  /** Of a document that is read as a stream: text, Markdown, tables, NDJSON, XML, subtitles. */
  documentBytes: number
  /** Of one that is read as a whole: PDF, DOCX, e-mail. */
  wholeDocumentBytes: number
  /** Of one that becomes a tree in memory, many times its size: JSON. */
  treeDocumentBytes: number
  /** Of all that is unpacked of one document. */
  unpackedDocumentBytes: number
  /** Of a page of a site that is crawled, and of a PDF or another file there. */
  crawlPageBytes: number
  crawlFileBytes: number
  /** Of a document of which a task is made, and how many of its pages may be embedded for each megabyte of it. */
  taskDocumentBytes: number
  documentPagesPerMegabyte: number
  /** Of several things that are embedded as one at once: each of them, its length, its pages, and the text. */
  mixedMediaBytes: number
  mixedMediaSec: number
  mixedDocumentPages: number
  mixedTextTokens: number
  pageSize: number
  /** Work on one item longer than this is a hang. */
  itemSec: number
}

const OURS: Limits = {
  jsonBodyBytes: 64 * 1024 * 1024,
  uploadBytes: 4 * 1024 ** 3,
  partedUploadBytes: 10 * 1024 ** 3,
  partedPictureBytes: 10 * 1024 ** 3,
  uploadPartBytes: 5 * 1024 ** 2,
  activeUploads: 500,
  userMetadataBytes: 256 * 1024,
  fetchBytes: 4 * 1024 ** 3,
  fetchSec: 3600,
  waitedFetchSec: 30,
  inlineMediaBytes: 36 * 1024 * 1024,
  inlinePictureBytes: 32 * 1024 * 1024,
  // As base64 a third more: what the longest JSON body has room for.
  inlineDocumentBytes: 48_000_000,
  pictureMinPixels: 1,
  pictureMaxPixels: 100_000_000,
  mediaMinSec: 0,
  mediaMaxSec: 24 * 3600,
  videoMinWidth: 1,
  videoMinHeight: 1,
  videoMaxWidth: 16_384,
  videoMaxHeight: 16_384,
  videoMaxAspect: Number.POSITIVE_INFINITY,
  fixedMinSec: 2,
  fixedMaxSec: 10,
  dynamicMinSec: 2,
  dynamicMaxSec: 5,
  textTokens: 500,
  syncMediaSec: 600,
  filenameCharacters: 255,
  textBodyBytes: 8 * 1024 * 1024,
  inputTexts: 2048,
  inputTextTokens: 8192,
  inputTokens: 300_000,
  batchBytes: 200 * 1024 ** 2,
  batchRequests: 50_000,
  batchTexts: 50_000,
  searchResults: 100,
  documentBytes: 1024 ** 3,
  wholeDocumentBytes: 100 * 1024 * 1024,
  treeDocumentBytes: 32 * 1024 * 1024,
  unpackedDocumentBytes: 256 * 1024 * 1024,
  crawlPageBytes: 10 * 1024 * 1024,
  crawlFileBytes: 100 * 1024 * 1024,
  taskDocumentBytes: 512_000_000,
  documentPagesPerMegabyte: 64,
  mixedMediaBytes: 32 * 1024 * 1024,
  mixedMediaSec: 30,
  mixedDocumentPages: 32,
  mixedTextTokens: 2000,
  pageSize: 50,
  itemSec: 600,
}

// Source: specs of the TwelveLabs Embed API v2 for Marengo 3.0 (input requirements).
const UPSTREAM: Limits = {
  ...OURS,
  uploadBytes: 200_000_000,
  partedPictureBytes: 32 * 1024 ** 2,
  inlinePictureBytes: 32 * 1024 * 1024,
  pictureMinPixels: 128,
  mediaMinSec: 4,
  mediaMaxSec: 4 * 3600,
  videoMinWidth: 360,
  videoMinHeight: 360,
  videoMaxWidth: 5184,
  videoMaxHeight: 2160,
  videoMaxAspect: 2.4,
}

/** `ours` are the bounds of this server; `upstream` also refuses what TwelveLabs would refuse. */
export const limitsNamed = (name: 'ours' | 'upstream'): Limits => (name === 'ours' ? OURS : UPSTREAM)
