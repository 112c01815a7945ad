import { sql } from 'kysely'
import { isPostgres } from '../domain/engine.ts'
import type { Db } from '../domain/tables.ts'
import { isAlive } from './workers.ts'

/** The file that an item reads. */
export interface ItemInput {
  hash: string
  sizeBytes: number
}

/** Smaller ones are fetched sooner than anybody could be asked for them. */
const LEAST_BYTES = 8_000_000

/** What is worth to be near: nothing of small files. */
export const inputColumns = (input: ItemInput | undefined) =>
  input && input.sizeBytes >= LEAST_BYTES
    ? { input_hash: input.hash, input_bytes: input.sizeBytes }
    : { input_hash: null, input_bytes: null }

/** As fast a file comes from elsewhere, roughly: so long it is not worth to fetch what another worker has. */
const FETCHED_BYTES_PER_MS = 25_000
const LONGEST_WAIT_MS = 60_000

/** Whoever has worked on a file has it for about as long. */
const KEPT_MS = 10 * 60_000

/** With the hash of an input the name of a lock: one worker at a time begins to work on it. */
const LOCKS = 28_014

export interface DueInput extends ItemInput {
  /** Since when the item that reads it could be claimed. */
  dueMs: number
}

/**
 * Of the inputs of due items that the worker does not have, those that it leaves to others: they have it, or are about to fetch it, and have
 * not been waited for as long as fetching would take.
 */
export async function inputsElsewhere(
  db: Db,
  inputs: readonly DueInput[],
  { worker, nowMs }: { worker: string; nowMs: number },
): Promise<Set<string>> {
  const wanted = new Set(
    inputs.filter((input) => input.dueMs + patienceMs(input) > nowMs).map(({ hash }) => hash),
  )
  if (wanted.size === 0) return wanted
  const elsewhere = await lockedElsewhere(db, [...wanted])
  const { rows } = await sql<{ hash: string }>`
    select distinct input_hash as hash from item
     where input_hash in (${sql.join([...wanted])})
       and (state = 'running' or (state = 'done' and finished_ms > ${nowMs - KEPT_MS}))
       and worker <> ${worker} and ${isAlive(sql.ref('item.worker'), nowMs)}`.execute(db)
  for (const { hash } of rows) elsewhere.add(hash)
  return elsewhere
}

const patienceMs = ({ sizeBytes }: ItemInput): number =>
  Math.min(LONGEST_WAIT_MS, sizeBytes / FETCHED_BYTES_PER_MS)

/** Two who claim at once do not see each other's claims: the first one has the lock until its claim can be seen. */
async function lockedElsewhere(db: Db, hashes: readonly string[]): Promise<Set<string>> {
  const locked = new Set<string>()
  if (!isPostgres(db)) return locked
  for (const hash of hashes.toSorted()) {
    const { rows } = await sql<{ held: boolean }>`
      select pg_try_advisory_xact_lock(${sql.lit(LOCKS)}, hashtext(${hash})) as held`.execute(db)
    if (rows[0]?.held !== true) locked.add(hash)
  }
  return locked
}
