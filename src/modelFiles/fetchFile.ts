import { open, rm, stat, type FileHandle } from 'node:fs/promises'
import { EmbedlineError } from '../domain/errors.ts'
import { difference, type FileHashes, hashFile, stopped } from './hashFile.ts'
import { brokenOff, type HubAnswer, type HubRequests, setbackOf } from './hubRequests.ts'
import { keepTrying, type Patience, type Setback } from './keepTrying.ts'
import type { Fetching } from './source.ts'

/** An attempt that brought so much counts as progress, so that a line that breaks off often is not given up. */
const PROGRESS_BYTES = 1_000_000

interface Order extends Fetching {
  /** Below the hub's endpoint. */
  address: string
  /** For people. */
  name: string
}

/**
 * Gets a file from the hub, going on from what lies at its path already, and looks at all of its bytes afterwards.
 * Bytes that are not those expected are thrown away; when they came in pieces or only once, they are fetched once
 * more as a whole. Throws `model_damaged` for those that stay wrong, and what `keepTrying` throws.
 */
export function fetchFile(requests: HubRequests, order: Order, patience: Patience): Promise<FileHashes> {
  let wrongBefore = false
  return keepTrying(async () => {
    const setback = await fetchRest(requests, order, patience)
    if (setback) return setback
    const found = await hashFile(order.path, { signal: order.signal })
    const wrong = difference(found, order.expected)
    if (wrong === undefined) return { value: found }
    await rm(order.path, { force: true })
    order.onSize(0)
    const message = `What ${requests.host} sends as ${order.name} is damaged: ${wrong}.`
    const failure = new EmbedlineError(wrongBefore ? 'model_damaged' : 'fetch_failed', message)
    wrongBefore = true
    return { failure }
  }, patience)
}

/** Undefined: as many bytes are there as are expected. */
async function fetchRest(
  requests: HubRequests,
  { path, expected: { sizeBytes }, name, address, signal, onSize }: Order,
  { clock }: Patience,
): Promise<Setback | undefined> {
  const haveBytes = await usableBytes(path, sizeBytes)
  onSize(haveBytes)
  if (haveBytes === sizeBytes && (await isThere(path))) return undefined
  let sizeNow = haveBytes
  try {
    const headers = haveBytes > 0 ? { range: `bytes=${haveBytes}-` } : {}
    const answer = await requests.get(address, { headers, signal })
    const start = startOf(answer, haveBytes, sizeBytes)
    if (start === undefined) {
      answer.body.destroy()
      // The other side has no such rest: whatever lies here belongs to something else.
      if (answer.status === 206 || answer.status === 416) await rm(path, { force: true })
      return answer.status === 206 || answer.status === 416
        ? {
            failure: new EmbedlineError(
              'fetch_failed',
              `${answer.host} does not go on with ${name} where it was.`,
            ),
          }
        : setbackOf(answer, name, clock.nowMs())
    }
    checkAnnounced(answer, { start, sizeBytes, name })
    sizeNow = start
    await writeBody(answer, { path, start, sizeBytes, name, onSize: (size) => onSize((sizeNow = size)) })
    if (sizeNow < sizeBytes)
      throw brokenOff(answer.host, `${name} ended after ${sizeNow} of ${sizeBytes} bytes`)
    return undefined
  } catch (failure) {
    if (signal.aborted) throw stopped()
    if (!(failure instanceof EmbedlineError)) throw failure
    return { failure, hasProgressed: sizeNow - haveBytes >= PROGRESS_BYTES }
  }
}

/** More than the whole file is of no use. */
async function usableBytes(path: string, sizeBytes: number): Promise<number> {
  const { size } = await stat(path).catch(() => ({ size: 0 }))
  if (size <= sizeBytes) return size
  await rm(path)
  return 0
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/** From which byte of the file on an answer has it; undefined when it is not the bytes that were asked for. */
function startOf({ status, headers }: HubAnswer, haveBytes: number, sizeBytes: number): number | undefined {
  if (status === 200) return 0
  if (status !== 206) return undefined
  const [, from, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers['content-range'] ?? '') ?? []
  return Number(from) === haveBytes && (total === '*' || Number(total) === sizeBytes) ? haveBytes : undefined
}

/** Ends it before a byte is written when the answer is something else, a page to sign in at for example. */
function checkAnnounced(
  { headers, host, body }: HubAnswer,
  { start, sizeBytes, name }: { start: number; sizeBytes: number; name: string },
): void {
  const announced = headers['content-length']
  const encoding = headers['content-encoding'] ?? 'identity'
  const isWrong = announced !== undefined && start + Number(announced) !== sizeBytes
  if (!isWrong && encoding === 'identity') return
  body.destroy()
  const what = encoding === 'identity' ? `${start + Number(announced)} bytes` : `bytes packed by ${encoding}`
  throw new EmbedlineError(
    'model_damaged',
    `${host} sends ${what} as ${name}, where ${sizeBytes} are listed (type ${headers['content-type'] ?? 'unknown'}).`,
  )
}

async function writeBody(
  { body, host }: HubAnswer,
  order: {
    path: string
    start: number
    sizeBytes: number
    name: string
    onSize: (sizeBytes: number) => void
  },
): Promise<void> {
  const { path, start, sizeBytes, name, onSize } = order
  const file = await open(path, start === 0 ? 'w' : 'r+')
  try {
    let at = start
    for await (const chunk of chunksOf(body, host)) {
      if (at + chunk.length > sizeBytes)
        throw new EmbedlineError(
          'model_damaged',
          `${host} sends more than the ${sizeBytes} bytes of ${name}.`,
        )
      await writeAll(file, chunk, at)
      at += chunk.length
      onSize(at)
    }
  } finally {
    body.destroy()
    await file.close()
  }
}

/** What breaks here is the connection; what breaks in the loop over it is the disk. */
async function* chunksOf(body: AsyncIterable<unknown>, host: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) yield chunk as Uint8Array
  } catch (cause) {
    throw brokenOff(host, cause)
  }
}

async function writeAll(file: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < chunk.length;) {
    const { bytesWritten } = await file.write(chunk, written, chunk.length - written, position + written)
    written += bytesWritten
  }
}
