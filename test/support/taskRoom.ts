import { createHash, randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { onTestFinished } from 'vitest'
import { makePace } from '../../src/crawl/pace.ts'
import { EmbedlineError } from '../../src/domain/errors.ts'
import { reachNothing } from '../../src/domain/failurePoints.ts'
import { openFolderBuckets } from '../../src/buckets/folderBuckets.ts'
import { canMoveItem, canMoveTask, type ItemState, type TaskState } from '../../src/domain/states.ts'
import { ITEM_KINDS } from '../../src/domain/itemKinds.ts'
import { makeIds } from '../../src/domain/ids.ts'
import { limitsNamed } from '../../src/domain/limits.ts'
import { samePrecision } from '../../src/domain/precision.ts'
import type { MediaFacts } from '../../src/domain/media.ts'
import type { ModelFacts } from '../../src/domain/model.ts'
import { fixedSegments } from '../../src/domain/slices.ts'
import type { Account } from '../../src/domain/task.ts'
import type { Compute } from '../../src/domain/compute.ts'
import type { CutChunk, CutWork } from '../../src/domain/documentWork.ts'
import type { SliceWork } from '../../src/domain/sliceWork.ts'
import type { MediaRequest } from '../../src/domain/taskRequest.ts'
import { openLineFormat } from '../../src/http/openai/lineFormat.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { makeByteCache } from '../../src/lib/byteCache.ts'
import { makeTakeover } from '../../src/lib/takeover.ts'
import { makeLogger } from '../../src/lib/logger.ts'
import { openModelFiles } from '../../src/modelFiles/pulls.ts'
import { openDiskObjects } from '../../src/objects/disk.ts'
import { placeOf } from '../../src/objects/objects.ts'
import { parseAllowList } from '../../src/fetch/allowList.ts'
import type { Resolve } from '../../src/fetch/guard.ts'
import { openFetcher } from '../../src/fetch/fetcher.ts'
import { claim, type ClaimedItem } from '../../src/queue/claim.ts'
import { openSearch } from '../../src/search/search.ts'
import { loaderModule } from '../../src/store/loaderModule.ts'
import { ensureAccount } from '../../src/store/accounts.ts'
import type { StoreLocation } from '../../src/store/location.ts'
import { openResults } from '../../src/store/reader.ts'
import { gatherDocumentEnds } from '../../src/tasks/endDocuments.ts'
import { openTally } from '../../src/tasks/tally.ts'
import type { TaskParts } from '../../src/tasks/parts.ts'
import { openWatchHub } from '../../src/tasks/watch/hub.ts'
import { takeBackItems } from '../../src/tasks/sweep.ts'
import { workOn } from '../../src/tasks/work.ts'
import { makeMeters } from '../../src/telemetry/meters.ts'
import { fakeClock } from './fakeClock.ts'
import { onPostgres, openStoreAt, takeDatabase } from './withDatabase.ts'

export interface TaskRoom {
  parts: TaskParts
  clock: ReturnType<typeof fakeClock>
  account: Account
  /** Another one, whose key is valid for the same server. */
  otherAccount: Account
  compute: TinyCompute
  location: StoreLocation
  /** Writes an object into a bucket, which all accounts share. */
  put(bucket: string, key: string, content: string): Promise<void>
  /** Where the buckets are. */
  bucketsFolder: string
  /** The file in which stored bytes lie. */
  objectPath(accountId: string, hash: string): string
  /** Bytes as an upload leaves them. */
  received(content: string): Promise<{ hash: string; sizeBytes: number; temporaryPath: string }>
  claim(worker?: string): Promise<ClaimedItem | undefined>
  /** Works on what is due, one item after the other, until nothing is. Returns the kinds in order. */
  drain(): Promise<string[]>
  /** As after a kill: opens the store anew, and takes back what was held. */
  restart(): Promise<void>
}

/**
 * A compute child without media and models, whose work tests can spoil: every clip's vector is a fixed direction, every
 * paragraph of a document is a chunk, and a text's vector counts its letters: a, all others, b, c.
 */
export interface TinyCompute extends Compute {
  facts: MediaFacts
  /** How many thumbnails and waveforms were made. */
  previewCount: number
  /** Called before each slice; may throw. */
  beforeSlice: (work: SliceWork, index: number) => void
  /** May throw. */
  beforeInspect: () => void
  /** Called before each paragraph of a document; may throw. */
  beforeParagraph: (work: CutWork, ordinal: number) => void | Promise<void>
  /** Called before the texts of some lines of a batch; may throw. */
  beforeBatch: (texts: readonly string[]) => void | Promise<void>
}

const VIDEO: MediaFacts = {
  container: 'mov,mp4',
  durationSec: 150,
  sizeBytes: 1000,
  video: { stream: 0, codec: 'h264', width: 320, height: 180, framesPerSec: 25, rotationDeg: 0 },
  audio: { stream: 1, codec: 'aac', sampleRateHz: 44100, channels: 2 },
  subtitles: [],
  isPicture: false,
  seeksExactly: true,
  warnings: [],
}

const SPACE = { space: 'tiny', dimension: 4 }
const MODEL: ModelFacts = {
  id: 'tiny',
  revision: '1',
  precision: 'float32',
  isLexical: true,
  spaces: { text: SPACE, image: SPACE, video: SPACE, audio: SPACE, fused: SPACE },
  input: {
    pictureSize: () => ({ width: 2, height: 2 }),
    frameSize: () => ({ width: 2, height: 2 }),
    framesOf: () => 1,
    sampleRateHz: 8000,
  },
}

export const REQUEST: MediaRequest = {
  input: 'video',
  startSec: 0,
  segmentation: { strategy: 'fixed', durationSec: 6 },
  modalities: ['visual', 'audio'],
  modalitiesNamed: false,
  scopes: ['clip', 'asset'],
  separate: true,
  fused: false,
}

/** Servers of tests are there, by address; no name is looked up outside. */
const LOOPBACK = parseAllowList('127.0.0.1')
const noNames: Resolve = async () =>
  Promise.reject(Object.assign(new Error('no names'), { code: 'ENOTFOUND' }))

/** The tasks room over a real store and real files, with a clock that stands still. */
export async function taskRoom({ base = tmpdir() }: { base?: string } = {}): Promise<TaskRoom> {
  const folder = await mkdtemp(join(base, 'embedline-test-'))
  const clock = fakeClock()
  const database = await takeDatabase(folder)
  let store = await openStoreAt(database.location, clock)
  await recordMoves(store)
  const bucketsFolder = join(folder, 'buckets')
  const buckets = openFolderBuckets({
    url: `file:${bucketsFolder}`,
    clock: systemClock,
    uploadId: () => randomUUID(),
  })
  const search = openSearch({
    loader: loaderModule(database.location),
    memoryBytes: 100_000_000,
  })
  const results = openResults(database.location)
  const fetcher = openFetcher({
    clock: systemClock,
    userAgent: 'Embedline/test',
    allow: LOOPBACK,
    resolve: noNames,
  })
  const objects = await openDiskObjects({ folder: join(folder, 'objects') })
  const modelFiles = openModelFiles({
    folder: join(folder, 'models'),
    hub: { endpoint: 'http://127.0.0.1:1', proxy: {} },
    precisions: samePrecision('q8'),
    inUse: ['tiny'],
    clock: systemClock,
    random: Math.random,
    newId: () => randomUUID(),
    onEnd: () => {},
  })
  const log: Record<string, unknown>[] = []
  onTestFinished(async () => {
    const moves = await readMoves(store)
    await watchHub.close()
    await modelFiles.close()
    await search.close()
    await results.close()
    await fetcher.close()
    await objects.close()
    await tally.close()
    await store.close()
    database.giveBack()
    await rm(folder, { recursive: true, force: true })
    for (const move of moves) if (!isAllowed(move)) throw new Error(`no such move: ${JSON.stringify(move)}`)
    const errors = log.filter(({ level }) => level === 'error')
    if (errors.length > 0) throw new Error(`unexpected errors in the log: ${JSON.stringify(errors, null, 1)}`)
  })
  const watchHub = openWatchHub({
    store,
    clock,
    onError(error) {
      throw error
    },
  })
  const compute = tinyCompute()
  let chance = 0
  const logger = makeLogger({
    write: (line) => void log.push(JSON.parse(line) as Record<string, unknown>),
    clock,
    level: 'debug',
  })
  const tally = openTally({ store, clock, logger, waitMs: 0 })
  const parts: TaskParts = {
    store,
    reach: reachNothing,
    results,
    objects,
    partTurns: makeTakeover(),
    previews: makeByteCache(1_000_000),
    signingKey: new Uint8Array(32).fill(7),
    fetcher,
    crawling: { pace: makePace(systemClock), delayMs: 0, mostPages: 1_000, mostMs: 600_000 },
    compute,
    disk: roomyDisk(),
    models: {
      all: [MODEL],
      default: MODEL,
      resolve: (name) => (['tiny', 'alias'].includes(name) ? MODEL : undefined),
      facts: () => MODEL,
      aliases: [],
      isOwnName: (name) => name === 'tiny',
      problem: () => undefined,
      countTokens: (text) => text.split(' ').length,
      terms: (text) => ({ [text]: 1 }),
    },
    modelFiles,
    buckets,
    endDocument: gatherDocumentEnds({ store, clock, waitMs: 0 }),
    search,
    watchHub,
    tally,
    clock,
    ids: makeIds(clock, (count) => new Uint8Array(count).fill(++chance)),
    limits: limitsNamed('ours'),
    logger,
    // Tests embed equal bytes over and over.
    mayReuse: false,
    meters: makeMeters(),
    retentionMs: 7 * 24 * 3_600_000,
    mostRetentionMs: 90 * 24 * 3_600_000,
    random: () => 0.5,
    wake: () => {},
    lineFormat: openLineFormat(),
    recall: () => {},
  }
  const accountNamed = (name: string, number: number) =>
    store.write((db) =>
      ensureAccount(db, {
        name,
        id: `account-${number}`,
        userId: `user-${number}`,
        nowMs: clock.nowMs(),
      }),
    )
  const account = await accountNamed('one', 1)
  const otherAccount = await accountNamed('two', 2)
  const claimOne = async (worker = 'worker-a', alone = false) => {
    const nowMs = clock.nowMs()
    const order = {
      worker,
      lanes: [0, 1, 2, 3],
      kinds: ITEM_KINDS,
      limit: 1,
      alone,
      nowMs,
      leaseUntilMs: nowMs + 15_000,
    }
    return (await store.write((db) => claim(db, order))).items[0]
  }
  return {
    parts,
    clock,
    account,
    otherAccount,
    compute,
    location: database.location,
    bucketsFolder,
    objectPath: (accountId, hash) => join(folder, 'objects', placeOf(accountId, hash)),
    async put(bucket, key, content) {
      await buckets.put(account.name, bucket, key, bytesOf(content))
    },
    async received(content) {
      const upload = await objects.receive(1_000_000)
      await upload.write(Buffer.from(content))
      return upload.finish()
    },
    claim: async (worker) => (await claimOne(worker)) ?? claimOne(worker, true),
    async drain() {
      const kinds: string[] = []
      for (;;) {
        const item = (await claimOne()) ?? (await claimOne('worker-a', true))
        if (!item) return kinds
        kinds.push(item.kind)
        await workOn(parts, item, new AbortController().signal)
      }
    },
    async restart() {
      await store.close()
      store = await openStoreAt(database.location, clock)
      parts.store = store
      parts.endDocument = gatherDocumentEnds({ store, clock, waitMs: 0 })
      await takeBackItems(parts)
    },
  }
}

function tinyCompute(): TinyCompute {
  return {
    facts: VIDEO,
    beforeSlice: () => {},
    beforeInspect: () => {},
    beforeParagraph: () => {},
    beforeBatch: () => {},
    async inspect() {
      this.beforeInspect()
      return this.facts
    },
    readCues: async () => [],
    readSubtitles: async () => [{ startSec: 0, endSec: 2, text: 'abc' }],
    async embedSlices(work, onSlice) {
      for (const slice of work.slices) {
        this.beforeSlice(work, slice.index)
        const clips = fixedSegments(slice, 6).map(({ startMs, endMs }) => ({
          startSec: startMs / 1000,
          endSec: endMs / 1000,
          vectors: work.modalities.map((modality) => ({
            modality,
            space: 'tiny',
            vector: Float32Array.of(1, 0, 0, 0),
          })),
        }))
        await onSlice({ slice, clips, warnings: [] })
      }
    },
    async embedPart({ part }, onVectors) {
      const [modality, weight] = part.kind === 'picture' ? (['visual', 0] as const) : (['text', 1] as const)
      const vector = Float32Array.of(1, 0, 0, 0)
      await onVectors([{ modality, space: 'tiny', vector, place: { scope: 'asset' }, weight }])
      return { textTokens: 2, warnings: [] }
    },
    async cutPart({ file }, onTexts) {
      const text = await readFile(file, 'utf8')
      await onTexts([{ text, place: { scope: 'asset' }, weight: text.length }])
      return { textTokens: 2, warnings: [] }
    },
    embedDocument(work, onChunks, signal) {
      const onCut = (chunks: readonly CutChunk[]) =>
        onChunks(chunks.map((chunk) => ({ ...chunk, vector: letters(chunk.text) })))
      return this.cutDocument(work, onCut, signal)
    },
    async cutDocument(work, onChunks) {
      const bytes = await readFile(work.file)
      const paragraphs = bytes
        .toString()
        .split('\n\n')
        .filter((text) => text !== '')
      if (paragraphs.length === 0) throw new EmbedlineError('no_text', 'The document has no text.')
      for (const [ordinal, text] of paragraphs.entries()) {
        await this.beforeParagraph(work, ordinal)
        await onChunks([{ ordinal, text, place: { row: ordinal + 1 }, termsJson: '{}' }])
      }
      const after = await readFile(work.file).catch(() => undefined)
      if (!after?.equals(bytes)) throw new EmbedlineError('file_changed', 'The file was changed.')
      const checksum = createHash('md5').update(bytes).digest('hex')
      const textTokens = paragraphs.join(' ').split(' ').length
      return { chunkCount: paragraphs.length, textTokens, checksum, sizeBytes: bytes.length }
    },
    embedTexts: async (_model, texts) => texts.map(letters),
    async embedBatch(_model, texts) {
      await this.beforeBatch(texts)
      return texts.map(letters)
    },
    embedSlicesNow(work, onSlice) {
      return this.embedSlices(work, onSlice, new AbortController().signal)
    },
    embedPicture: async () => Float32Array.of(0, 0, 1, 0),
    embedMixture: async ({ sources }) => ({
      vector: Float32Array.of(0, 0, 0, 1),
      kind: 'fused',
      sizes: sources.map(({ kind }) => ({ kind, amount: 30 })),
      warnings: [],
    }),
    async makeThumbnail(work) {
      this.previewCount++
      return Buffer.from(JSON.stringify({ ...work, file: undefined, facts: undefined }))
    },
    async makeWaveform({ points }) {
      this.previewCount++
      return {
        durationSec: 150,
        lowest: new Float32Array(points).fill(-0.123456),
        highest: new Float32Array(points).fill(0.5),
      }
    },
    previewCount: 0,
  }
}

function letters(text: string): Float32Array {
  const counts = Float32Array.from(['a', 'b', 'c'], (letter) => text.split(letter).length - 1)
  const rest = text.length - counts.reduce((sum, count) => sum + count, 0)
  const length = Math.hypot(...counts, rest) || 1
  const [a = 0, b = 0, c = 0] = counts
  return Float32Array.of(a, rest, b, c).map((count) => count / length)
}

async function* bytesOf(content: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content)
}

/** A disk that never fills up. */
const roomyDisk = (): TaskParts['disk'] => ({
  state: 'roomy',
  admit: async () => {},
  problem: () => undefined,
  reportFull: () => {},
  disks: () => [],
})

interface Move {
  kind: string
  before: string
  after: string
}

/** Every change of a state is recorded by the database itself, to be held against the table of allowed moves. */
async function recordMoves({ write }: Pick<TaskParts['store'], 'write'>): Promise<void> {
  await write(async (db) => {
    for (const statement of onPostgres ? MOVES_ON_POSTGRES : MOVES_ON_SQLITE)
      await sql.raw(statement).execute(db)
  })
}

const MOVES_ON_SQLITE = [
  `create table move (kind text, before text, after text)`,
  ...['task', 'item'].map(
    (table) => `create trigger ${table}_move after update of state on ${table} when old.state <> new.state
      begin insert into move values ('${table}', old.state, new.state); end`,
  ),
]

/** Apart from the tables of the server, because the database is used again. */
const MOVES_ON_POSTGRES = [
  `create schema if not exists seen`,
  `create table if not exists seen.move (kind text, before text, after text)`,
  `delete from seen.move`,
  `create or replace function seen.keep_move() returns trigger language plpgsql as $$
    begin insert into seen.move values (tg_table_name, old.state, new.state); return null; end $$`,
  ...['task', 'item'].map(
    (table) => `create or replace trigger ${table}_move after update of state on ${table}
      for each row when (old.state <> new.state) execute function seen.keep_move()`,
  ),
]

const readMoves = async ({ read }: Pick<TaskParts['store'], 'read'>): Promise<Move[]> =>
  (await sql<Move>`select distinct * from ${sql.table(onPostgres ? 'seen.move' : 'move')}`.execute(read)).rows

const isAllowed = ({ kind, before, after }: Move): boolean =>
  kind === 'task'
    ? canMoveTask(before as TaskState, after as TaskState)
    : canMoveItem(before as ItemState, after as ItemState)
