import { EmbedlineError } from '../domain/errors.ts'
import { bytesOf, type MostBytes } from '../domain/limitFacts.ts'
import { fetchFailure, retryAfterMs, statusFailure } from './failures.ts'
import { contentRangeOf, validatorOf, type FileVersion } from './fileVersion.ts'
import { get, tooLarge, type Answer, type GetOptions, type GetParts } from './get.ts'

/** Where a file goes; an upload of the objects room fits. */
export interface Sink {
  /** How much is there, from this download or one before it. */
  readonly sizeBytes: number
  write(chunk: Uint8Array): Promise<void>
  /** Forgets all bytes. */
  restart(): Promise<void>
}

export interface DownloadOptions extends Pick<
  GetOptions,
  'limitBytes' | 'totalMs' | 'totalName' | 'idleMs' | 'signal'
> {
  /** Which version the bytes in the sink are from. Without it they are forgotten. */
  version?: FileVersion
  /** Told which version it is that comes, before its first byte; whoever keeps it can go on after a crash. */
  onVersion?: (version: FileVersion) => void
}

/** A connection that breaks off is followed by another one as long as each brings something, and so often at most. */
const MOST_CONNECTIONS = 50
const PAUSE_MS = 500

/**
 * Gets a whole file into the sink. Goes on by range after a drop; a file that has changed meanwhile, and a server that
 * does not do ranges, start over. Throws what `get` throws, and what a status means: `fetch_not_found` (404, 410),
 * `fetch_refused` (other 4xx), `fetch_failed` (429, 5xx, with `retryAfterMs` where the server says so).
 */
export async function download(
  parts: GetParts,
  address: string,
  sink: Sink,
  options: DownloadOptions,
): Promise<void> {
  const endMs = parts.clock.nowMs() + options.totalMs
  const file: Unfinished = { sink, version: options.version ?? {}, onVersion: options.onVersion }
  for (let connection = 1; ; connection++) {
    const sizeBefore = file.sink.sizeBytes
    try {
      const left = { ...options, totalMs: Math.max(1, endMs - parts.clock.nowMs()) }
      if (await transfer(parts, address, file, left)) return
    } catch (failure) {
      const isDrop = failure instanceof EmbedlineError && failure.code === 'fetch_failed'
      const isWorthIt = sink.sizeBytes > sizeBefore && parts.clock.nowMs() < endMs
      if (!isDrop || !isWorthIt || connection >= MOST_CONNECTIONS) throw failure
      await parts.clock.sleep(PAUSE_MS, options.signal)
    }
  }
}

interface Unfinished {
  sink: Sink
  version: FileVersion
  onVersion: DownloadOptions['onVersion']
}

/** One connection. False: the rest cannot be had, and the file has to start over, which is prepared. */
async function transfer(
  parts: GetParts,
  address: string,
  file: Unfinished,
  options: DownloadOptions,
): Promise<boolean> {
  const { sink } = file
  if (sink.sizeBytes > 0 && sink.sizeBytes === file.version.totalBytes) return true
  if (sink.sizeBytes > 0 && file.version.validator === undefined) await startOver(file)
  const answer = await get(parts, address, { ...options, headers: rangeHeaders(file) })
  try {
    if (answer.status === 416 && sink.sizeBytes > 0) {
      await startOver(file)
      return false
    }
    checkAnswer(answer, parts.clock.nowMs())
    if (answer.status === 206 && sink.sizeBytes === 0) throw badRange(answer)
    if (answer.status === 206 && !continues(answer, file)) {
      await startOver(file)
      return false
    }
    if (answer.status !== 206) await beginVersion(answer, file)
    await copy(answer, file, options.limitBytes)
    return true
  } finally {
    answer.cancel()
  }
}

function rangeHeaders({ sink, version: { validator } }: Unfinished): Readonly<Record<string, string>> {
  return validator !== undefined && sink.sizeBytes > 0
    ? { range: `bytes=${sink.sizeBytes}-`, 'if-range': validator }
    : {}
}

function checkAnswer({ status, headers, url: { host } }: Answer, nowMs: number): void {
  const failure = statusFailure(status, { host, retryAfterMs: retryAfterMs(headers['retry-after'], nowMs) })
  if (failure) throw failure
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? ''
  if (encoding !== '' && encoding !== 'identity')
    throw fetchFailure('encoded', `${host} sends it packed (${encoding}), which was not asked for.`)
}

/** True for the rest of the version that is begun: from where we are, of the same length, not named otherwise. */
function continues({ headers }: Answer, { sink, version }: Unfinished): boolean {
  const range = contentRangeOf(headers['content-range'])
  if (!range || range.from !== sink.sizeBytes) return false
  const isLength =
    [undefined, range.totalBytes].includes(version.totalBytes) || range.totalBytes === undefined
  const etag = headers['etag']
  return isLength && (etag === undefined || !version.validator?.startsWith('"') || etag === version.validator)
}

async function startOver(file: Unfinished): Promise<void> {
  await file.sink.restart()
  file.version = {}
}

async function beginVersion({ headers }: Answer, file: Unfinished): Promise<void> {
  if (file.sink.sizeBytes > 0) await file.sink.restart()
  const validator = validatorOf(headers)
  const length = headers['content-length']
  file.version = {
    ...(validator !== undefined && { validator }),
    ...(length !== undefined && { totalBytes: Number(length) }),
  }
  file.onVersion?.(file.version)
}

async function copy({ body, url: { host } }: Answer, { sink, version }: Unfinished, limitBytes: MostBytes) {
  if ((version.totalBytes ?? 0) > bytesOf(limitBytes)) throw tooLarge(host, limitBytes)
  for await (const chunk of body) {
    if (sink.sizeBytes + chunk.length > bytesOf(limitBytes)) throw tooLarge(host, limitBytes)
    await sink.write(chunk)
  }
  if (version.totalBytes !== undefined && sink.sizeBytes !== version.totalBytes)
    throw fetchFailure('broken_off', `${host} sent another length than it announced.`)
}

const badRange = ({ url: { host } }: Answer) =>
  fetchFailure('bad_answer', `${host} answered with a part of the file that was not asked for.`)
