import { EmbedlineError } from '../domain/errors.ts'
import type { Account, Task } from '../domain/task.ts'
import { createMediaTask, type MediaTaskOrder } from './create.ts'
import { getTask } from './get.ts'
import { storedAnswer, type KeyedRequest, type StoredAnswer } from './idempotency.ts'
import type { TaskParts } from './parts.ts'

/** One of many creates. */
export interface TaskEntry {
  order: Omit<MediaTaskOrder, 'idempotency'>
  /** What the caller calls it, so that it may be sent again. */
  keyed?: KeyedRequest
}

/** What came of it. A task that was made before and is gone since has only its id. */
export type EntryOutcome =
  | { status: 'created'; task: Task }
  | { status: 'existing'; id: string; task?: Task }
  | { status: 'refused'; failure: EmbedlineError }

/** So many are made together, in a few commits; each is some rows. */
const CREATED_AT_ONCE = 100

/**
 * Takes many tasks; each is taken or refused by itself, in whatever `createMediaTask` throws. Those that are taken are
 * committed when this returns.
 */
export async function createTasks(
  parts: TaskParts,
  account: Account,
  entries: readonly (TaskEntry | EmbedlineError)[],
): Promise<EntryOutcome[]> {
  const outcomes: EntryOutcome[] = []
  for (let from = 0; from < entries.length; from += CREATED_AT_ONCE) {
    const some = entries.slice(from, from + CREATED_AT_ONCE)
    outcomes.push(...(await Promise.all(some.map((entry) => createOne(parts, account, entry)))))
  }
  return outcomes
}

async function createOne(
  parts: TaskParts,
  account: Account,
  entry: TaskEntry | EmbedlineError,
): Promise<EntryOutcome> {
  if (entry instanceof EmbedlineError) return { status: 'refused', failure: entry }
  try {
    return (await madeBefore(parts, account, entry)) ?? (await create(parts, account, entry))
  } catch (failure) {
    if (failure instanceof EmbedlineError) return { status: 'refused', failure }
    throw failure
  }
}

async function create(parts: TaskParts, account: Account, entry: TaskEntry): Promise<EntryOutcome> {
  const { order, keyed } = entry
  const answer = ({ id }: Task): StoredAnswer => ({ status: 201, body: id })
  const idempotency = keyed && { ...keyed, answer }
  try {
    const task = await createMediaTask(parts, account, { ...order, ...(idempotency && { idempotency }) })
    return { status: 'created', task }
  } catch (failure) {
    // It has been made since it was looked for: the same entry is there twice, or was sent twice.
    const isMadeNow = failure instanceof EmbedlineError && failure.code === 'idempotency_in_flight'
    const made = isMadeNow ? await madeBefore(parts, account, entry) : undefined
    if (made) return made
    throw failure
  }
}

async function madeBefore(
  parts: TaskParts,
  account: Account,
  { keyed }: TaskEntry,
): Promise<EntryOutcome | undefined> {
  const before = keyed && (await storedAnswer(parts, account.id, keyed))
  if (!before) return undefined
  const task = await getTask(parts, account.id, before.body)
  return { status: 'existing', id: before.body, ...(task && { task }) }
}
