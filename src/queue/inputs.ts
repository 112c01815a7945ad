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

/** As fast a file comes from elsewhere, at best: so long at least it is not worth to fetch what another worker has. */
const FETCHED_BYTES_PER_MS = 100_000

/** A second worker helps soon. A third one fetches what two have only when there is work for long. */
const WITH_SEVERAL = 6

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
 * Of the inputs of due items that the worker does not have, those that it leaves to others: they have it, or are about to
 * fetch it, and have not been waited for as long as fetching would take.
 */
export async function inputsElsewhere(
  db: Db,
  inputs: readonly DueInput[],
  { worker, nowMs }: { worker: string; nowMs: number },
): Promise<Set<string>> {
  const young = inputs.filter((input) => nowMs - input.dueMs < patienceMs(input, Infinity))
  const hashes = [...new Set(young.map(({ hash }) => hash))]
  if (hashes.length === 0) return new Set()
  const elsewhere = await lockedElsewhere(db, hashes)
  const { rows } = await sql<{ hash: string; count: number }>`
    select input_hash as hash, count(distinct worker) as count from item
     where input_hash in (${sql.join(hashes)})
       and (state = 'running' or (state = 'done' and finished_ms > ${nowMs - KEPT_MS}))
       and worker <> ${worker} and ${isAlive(sql.ref('item.worker'), nowMs)}
     group by input_hash`.execute(db)
  const holders = new Map(rows.map(({ hash, count }) => [hash, count]))
  for (const input of young)
    if (nowMs - input.dueMs < patienceMs(input, holders.get(input.hash) ?? 0)) elsewhere.add(input.hash)
  return elsewhere
}

/** How long after it was due an item is left to others who have its input. */
const patienceMs = ({ sizeBytes }: ItemInput, holders: number): number =>
  holders === 0
    ? 0
    : Math.min(LONGEST_WAIT_MS, (sizeBytes / FETCHED_BYTES_PER_MS) * (holders > 1 ? WITH_SEVERAL : 1))

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
