import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { onTestFinished } from 'vitest'
import { canMoveItem, canMoveTask, type ItemState, type TaskState } from '../../src/domain/states.ts'
import { makeIds } from '../../src/domain/ids.ts'
import { limitsNamed } from '../../src/domain/limits.ts'
import type { MediaFacts } from '../../src/domain/media.ts'
import type { ModelFacts } from '../../src/domain/model.ts'
import { fixedSegments } from '../../src/domain/slices.ts'
import type { Account } from '../../src/domain/task.ts'
import type { Compute, MediaRequest, SliceWork } from '../../src/domain/work.ts'
import { makeKeyedMutex } from '../../src/lib/keyedMutex.ts'
import { makeLogger } from '../../src/lib/logger.ts'
import { openDiskObjects } from '../../src/objects/disk.ts'
import { claim, type ClaimedItem } from '../../src/queue/claim.ts'
import { ensureAccount } from '../../src/store/accounts.ts'
import { openStore } from '../../src/store/open.ts'
import { openResults } from '../../src/store/reader.ts'
import type { TaskParts } from '../../src/tasks/parts.ts'
import { workOn } from '../../src/tasks/work.ts'
import { fakeClock } from './fakeClock.ts'

export interface TaskRoom {
  parts: TaskParts
  clock: ReturnType<typeof fakeClock>
  account: Account
  compute: TinyCompute
  /** Bytes as an upload leaves them. */
  received(content: string): Promise<{ hash: string; sizeBytes: number; temporaryPath: string }>
  claim(worker?: string): Promise<ClaimedItem | undefined>
  /** Works on what is due, one item after the other, until nothing is. Returns the kinds in order. */
  drain(): Promise<string[]>
}

/** A compute child without media and models: every clip's vector is a fixed direction, and tests can spoil its work. */
export interface TinyCompute extends Compute {
  facts: MediaFacts
  /** Called before each slice; may throw. */
  beforeSlice: (work: SliceWork, index: number) => void
  /** May throw. */
  beforeInspect: () => void
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
  spaces: { text: SPACE, image: SPACE, video: SPACE, audio: SPACE, fused: SPACE },
  input: { pictureWidth: 2, pictureHeight: 2, framesPerClip: 1, sampleRateHz: 8000 },
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

/** The tasks room over a real store and real files, with a clock that stands still. */
export async function taskRoom(): Promise<TaskRoom> {
  const folder = await mkdtemp(join(tmpdir(), 'embedline-test-'))
  const clock = fakeClock()
  const store = await openStore({ file: join(folder, 'embedline.db'), clock })
  await recordMoves(store)
  const results = openResults(join(folder, 'embedline.db'))
  const objects = await openDiskObjects({ folder: join(folder, 'objects') })
  const log: Record<string, unknown>[] = []
  onTestFinished(async () => {
    const moves = await readMoves(store)
    await results.close()
    await objects.close()
    await store.close()
    await rm(folder, { recursive: true, force: true })
    for (const move of moves) if (!isAllowed(move)) throw new Error(`no such move: ${JSON.stringify(move)}`)
    const errors = log.filter(({ level }) => level === 'error')
    if (errors.length > 0) throw new Error(`unexpected errors in the log: ${JSON.stringify(errors, null, 1)}`)
  })
  const compute = tinyCompute()
  let chance = 0
  const parts: TaskParts = {
    store,
    results,
    objects,
    bytesMutex: makeKeyedMutex(),
    compute,
    models: {
      resolve: (name) => (['tiny', 'alias'].includes(name) ? MODEL : undefined),
      facts: () => MODEL,
      countTokens: (text) => text.split(' ').length,
    },
    clock,
    ids: makeIds(clock, (count) => new Uint8Array(count).fill(++chance)),
    limits: limitsNamed('ours'),
    logger: makeLogger({
      write: (line) => void log.push(JSON.parse(line) as Record<string, unknown>),
      clock,
      level: 'debug',
    }),
    retentionMs: 7 * 24 * 3_600_000,
    random: () => 0.5,
    wake: () => {},
  }
  const account = await store.write((db) =>
    ensureAccount(db, { name: 'one', id: 'account-1', userId: 'user-1', nowMs: clock.nowMs() }),
  )
  const claimOne = async (worker = 'worker-a', alone = false) => {
    const nowMs = clock.nowMs()
    const kinds = ['inspect', 'plan', 'slice', 'finish'] as const
    const order = { worker, lanes: [0, 1, 2], kinds, limit: 1, alone, nowMs, leaseUntilMs: nowMs + 15_000 }
    return (await store.write((db) => claim(db, order)))[0]
  }
  return {
    parts,
    clock,
    account,
    compute,
    async received(content) {
      const upload = await objects.receive(1_000_000)
      await upload.write(Buffer.from(content))
      return upload.finish()
    },
    claim: (worker) => claimOne(worker),
    async drain() {
      const kinds: string[] = []
      for (;;) {
        const item = (await claimOne()) ?? (await claimOne('worker-a', true))
        if (!item) return kinds
        kinds.push(item.kind)
        await workOn(parts, item, new AbortController().signal)
      }
    },
  }
}

function tinyCompute(): TinyCompute {
  return {
    facts: VIDEO,
    beforeSlice: () => {},
    beforeInspect: () => {},
    async inspect() {
      this.beforeInspect()
      return this.facts
    },
    readCues: async () => [],
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
    embedTexts: async (_model, texts) => texts.map(() => Float32Array.of(0, 1, 0, 0)),
    embedPicture: async () => Float32Array.of(0, 0, 1, 0),
  }
}

interface Move {
  kind: string
  before: string
  after: string
}

/** Every change of a state is recorded by the database itself, to be held against the table of allowed moves. */
async function recordMoves({ write }: Pick<TaskParts['store'], 'write'>): Promise<void> {
  await write(async (db) => {
    await sql`create table move (kind text, before text, after text)`.execute(db)
    for (const table of ['task', 'item'])
      await sql`create trigger ${sql.ref(`${table}_move`)} after update of state on ${sql.table(table)}
        when old.state <> new.state
        begin insert into move values (${sql.lit(table)}, old.state, new.state); end`.execute(db)
  })
}

const readMoves = async ({ read }: Pick<TaskParts['store'], 'read'>): Promise<Move[]> =>
  (await sql<Move>`select distinct * from move`.execute(read)).rows

const isAllowed = ({ kind, before, after }: Move): boolean =>
  kind === 'task'
    ? canMoveTask(before as TaskState, after as TaskState)
    : canMoveItem(before as ItemState, after as ItemState)
