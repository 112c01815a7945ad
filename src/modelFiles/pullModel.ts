import { mkdir, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { EmbedlineError } from '../domain/errors.ts'
import type { SessionPrecisions } from '../domain/precision.ts'
import type { Clock } from '../lib/clock.ts'
import type { CatalogueEntry } from './catalogue.ts'
import { sync } from './durable.ts'
import { checkFreeSpace } from './freeSpace.ts'
import { difference, type ExpectedFile, type FileHashes, hashFile } from './hashFile.ts'
import { holdModels } from './holdModels.ts'
import { install } from './install.ts'
import { type Pin, readPins, versionKey, writePins } from './lockFile.ts'
import { hasAll, neededFiles } from './neededFiles.ts'
import { modelFolder, PART, partialFolder } from './places.ts'
import { type Gauge, makeGauge, type PullProgress } from './progress.ts'
import type { Source } from './source.ts'

export interface PullParts {
  /** Of all models. */
  folder: string
  clock: Clock
  /** Stays free on the disk. */
  reservedBytes?: number
}

export interface PullOrder {
  entry: CatalogueEntry
  precisions: SessionPrecisions
  source: Source
  signal: AbortSignal
  onProgress: (progress: PullProgress) => void
}

export interface Pulled {
  /** Where the model lies. */
  folder: string
  totalBytes: number
  /** What was not here before. */
  fetchedBytes: number
  /** Files that are pinned from now on, because nobody had pulled them here before. */
  newlyPinned: readonly string[]
}

/** A file that is needed, and what must be true of it. */
interface Needed {
  name: string
  expected: ExpectedFile
}

type PinsOfModel = Readonly<Record<string, Pin>>

interface Running extends PullParts, PullOrder {
  gauge: Gauge
}

/**
 * Brings the files of a model here, in these precisions, and pins them: each is compared with what the source lists
 * and with what it was when it was first pulled, all bytes of it, those that lie here already too. Where all are here
 * and as pinned, the source is not asked. A model that is not here yet appears as a whole; files that are added to
 * one, or replace damaged ones, appear one by one, each whole. Whenever it ends, the next pull goes on from there.
 * Throws `model_damaged` for bytes that are not as listed or pinned, `disk_full`, `storage_unavailable`, `aborted`,
 * and what the source throws.
 */
export async function pullModel(parts: PullParts, order: PullOrder): Promise<Pulled> {
  const gauge = makeGauge(parts.clock, order.onProgress)
  const { clock, folder } = parts
  const held = await holdModels(folder, { clock, signal: order.signal, onWait: () => gauge.enter('waiting') })
  try {
    return await bring({ ...parts, ...order, gauge })
  } catch (failure) {
    throw inFolder(folder, failure)
  } finally {
    await held.close()
  }
}

async function bring(running: Running): Promise<Pulled> {
  const { folder, entry, source, signal, gauge } = running
  const place = modelFolder(folder, entry)
  const pinned = readPins(folder)[versionKey(entry)]?.files ?? {}
  const pinnedNeeds = neededByPins(running, pinned)
  const here = await findGood(place, pinnedNeeds, running)
  if (pinnedNeeds.length > 0 && pinnedNeeds.every(({ name }) => here.has(name)))
    return ended(running, { here, fetched: new Map(), pinned })
  gauge.enter('listing')
  const listed = await source.list(entry, signal)
  const names = neededFiles(entry, running.precisions, { names: listed.keys(), origin: source.origin })
  const needed = names.map((name) => ({
    name,
    expected: expectation(running, name, listed.get(name), pinned[name]),
  }))
  gauge.setTotal(sumOf(needed.map(({ expected }) => expected.sizeBytes)))
  for (const [name, found] of await findGood(place, missingOf(needed, here), running)) here.set(name, found)
  const fetched = await fetchAll(running, missingOf(needed, here))
  gauge.enter('finishing')
  await pin(running, pinned, new Map([...here, ...fetched]))
  await install(folder, entry, [...fetched.keys()])
  return ended(running, { here, fetched, pinned })
}

const missingOf = (needed: readonly Needed[], here: ReadonlyMap<string, FileHashes>): Needed[] =>
  needed.filter(({ name }) => !here.has(name))

/** What of the pinned files these precisions need, whether all are pinned or not. */
function neededByPins({ entry, precisions, gauge }: Running, pinned: PinsOfModel): Needed[] {
  if (!hasAll(entry, precisions, Object.keys(pinned))) return []
  const names = neededFiles(entry, precisions, { names: Object.keys(pinned), origin: 'the lock file' })
  const needed = names.flatMap((name) => (pinned[name] ? [{ name, expected: hashesOf(pinned[name]) }] : []))
  gauge.setTotal(sumOf(needed.map(({ expected }) => expected.sizeBytes)))
  return needed
}

const hashesOf = ({ sizeBytes, sha256 }: Pin): ExpectedFile => ({ sizeBytes, sha256 })

/** Throws `model_damaged` when a file is listed as another one than it was. */
function expectation(
  { entry, source }: Running,
  name: string,
  listed: ExpectedFile | undefined,
  pinned: Pin | undefined,
): ExpectedFile {
  if (listed === undefined) throw new Error(`${name} is needed and was not listed`)
  if (pinned === undefined) return listed
  const { sizeBytes, sha256 } = listed
  const isSame = sizeBytes === pinned.sizeBytes && (sha256 ?? pinned.sha256) === pinned.sha256
  if (isSame) return { ...listed, sha256: pinned.sha256 }
  throw new EmbedlineError(
    'model_damaged',
    `${name} is another file at ${source.origin} (${sizeBytes} bytes, SHA-256 ${sha256 ?? 'unknown'}) than the one that was pulled ` +
      `from ${pinned.origin} before (${pinned.sizeBytes} bytes, ${pinned.sha256}), although the commit ${entry.commit} is the same. ` +
      `Nothing was changed. If the earlier one was wrong: embedline models rm ${entry.id} --forget`,
  )
}

/** Those of the files in a folder that are as expected, all their bytes. */
async function findGood(
  folder: string,
  needed: readonly Needed[],
  { gauge, signal }: Running,
): Promise<Map<string, FileHashes>> {
  const good = new Map<string, FileHashes>()
  for (const { name, expected } of needed) {
    const path = join(folder, name)
    if ((await sizeOf(path)) !== expected.sizeBytes) continue
    gauge.enter('checking', name)
    let read = 0
    const found = await hashFile(path, { signal, onBytes: (count) => gauge.setFile(name, (read += count)) })
    if (difference(found, expected) === undefined) good.set(name, found)
    else gauge.setFile(name, 0)
  }
  return good
}

/** Brings what is missing into the partial folder, where an interrupted pull may have left some of it. */
async function fetchAll(running: Running, missing: readonly Needed[]): Promise<Map<string, FileHashes>> {
  const { folder, entry, reservedBytes } = running
  const partial = partialFolder(folder, entry)
  const whole = await findGood(partial, missing, running)
  const rest = missingOf(missing, whole)
  const lackingBytes = await Promise.all(
    rest.map(
      async ({ name, expected: { sizeBytes } }) =>
        sizeBytes - ((await sizeOf(join(partial, name + PART))) ?? 0),
    ),
  )
  await checkFreeSpace(folder, sumOf(lackingBytes.map((bytes) => Math.max(0, bytes))), reservedBytes)
  for (const file of rest) whole.set(file.name, await fetchOne(running, partial, file))
  return whole
}

async function fetchOne(
  { entry, source, signal, gauge }: Running,
  partial: string,
  { name, expected }: Needed,
): Promise<FileHashes> {
  const path = join(partial, name + PART)
  await mkdir(dirname(path), { recursive: true })
  gauge.enter('fetching', name)
  const found = await source.fetch(entry, name, {
    path,
    expected,
    signal,
    onSize: (sizeBytes) => gauge.setFile(name, sizeBytes),
    onSetback: (reason, waitMs) => gauge.setback(`${reason} Trying again in ${Math.ceil(waitMs / 1000)} s.`),
  })
  await sync(path)
  await rename(path, join(partial, name))
  return found
}

async function pin(
  { folder, entry, source }: Running,
  pinned: PinsOfModel,
  found: ReadonlyMap<string, FileHashes>,
): Promise<void> {
  const files: Record<string, Pin> = { ...pinned }
  for (const [name, { sizeBytes, sha256 }] of found)
    files[name] ??= { sizeBytes, sha256, origin: source.origin }
  const { repository } = entry
  await writePins(folder, { ...readPins(folder), [versionKey(entry)]: { repository, files } })
}

function ended(
  { folder, entry }: Running,
  {
    here,
    fetched,
    pinned,
  }: { here: ReadonlyMap<string, FileHashes>; fetched: ReadonlyMap<string, FileHashes>; pinned: PinsOfModel },
): Pulled {
  const fetchedBytes = sumOf([...fetched.values()].map(({ sizeBytes }) => sizeBytes))
  return {
    folder: modelFolder(folder, entry),
    totalBytes: fetchedBytes + sumOf([...here.values()].map(({ sizeBytes }) => sizeBytes)),
    fetchedBytes,
    newlyPinned: [...here.keys(), ...fetched.keys()].filter((name) => pinned[name] === undefined),
  }
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0)

const sizeOf = async (path: string): Promise<number | undefined> => {
  const stats = await stat(path).catch(() => undefined)
  return stats?.isFile() === true ? stats.size : undefined
}

/** Says of what the system refuses which folder that was: the operator can do something about it. */
function inFolder(folder: string, failure: unknown): unknown {
  if (!(failure instanceof Error && 'syscall' in failure && 'code' in failure)) return failure
  if (['ENOSPC', 'EDQUOT'].includes(String(failure.code)))
    return new EmbedlineError(
      'disk_full',
      `The disk of ${folder} is full. What was fetched stays, and the next pull goes on from there.`,
      { cause: failure },
    )
  const message = `The models folder ${folder} cannot be used: ${failure.message}.`
  return new EmbedlineError('storage_unavailable', message, { cause: failure })
}
