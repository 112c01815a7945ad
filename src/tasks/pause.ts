import { EmbedlineError } from '../domain/errors.ts'
import { holds, scopeOf, type Pause, type PauseScope } from '../domain/pause.ts'
import type { Account, AnyTask } from '../domain/task.ts'
import { holdingPauses, resumeItems } from '../queue/resumeItems.ts'
import { findAccount } from '../store/accounts.ts'
import { activePauses, endPause, ensurePause, getPause, removePauses } from '../store/pauses.ts'
import { isOperator } from './keys.ts'
import type { TaskParts } from './parts.ts'

type Parts = Pick<TaskParts, 'store' | 'clock' | 'models' | 'wake'>

/** What is to be paused: one of these. */
export type PauseOrder = { account: string } | { kind: AnyTask['kind'] } | { modelName: string }

const ITEMS_A_TRANSACTION = 250

/**
 * Holds tasks back: those of an account, for the account itself and for the operator; all of a kind or of a model, for
 * the operator. What runs goes on to the end of its item, and nothing more of them starts until the pause is over; the
 * same pause twice is one. Throws `forbidden`, `not_found` for an account, `model_unknown`.
 */
export async function pause(
  parts: Parts,
  by: Account,
  order: PauseOrder,
): Promise<{ pause: Pause; isNew: boolean }> {
  const scope = await scopeOfOrder(parts, by, order)
  return parts.store.write((db) => ensurePause(db, scope, parts.clock.nowMs()))
}

async function scopeOfOrder({ store, models }: Parts, by: Account, order: PauseOrder): Promise<PauseScope> {
  if ('account' in order && order.account === by.name) return { accountId: by.id }
  if (!isOperator(by))
    throw new EmbedlineError(
      'forbidden',
      'Other accounts, kinds of tasks and models are for the operator to pause.',
    )
  if ('kind' in order) return { kind: order.kind }
  if ('modelName' in order) {
    const model = models.resolve(order.modelName)
    if (model) return { modelId: model.id }
    throw new EmbedlineError('model_unknown', `There is no model ${order.modelName}.`, { field: 'model' })
  }
  const account = await findAccount(store.read, order.account)
  if (account) return { accountId: account.id }
  throw new EmbedlineError('request_invalid', `There is no account ${order.account}.`, { field: 'account' })
}

/** The pauses that last and concern the account; for the operator all. */
export async function listPauses({ store }: Pick<Parts, 'store'>, by: Account): Promise<Pause[]> {
  const pauses = await activePauses(store.read)
  return isOperator(by) ? pauses : pauses.filter(({ accountId }) => (accountId ?? by.id) === by.id)
}

/**
 * Ends a pause: what it held back queues up again, behind what its accounts have queued meanwhile. False when there is
 * no such pause that lasts. Throws `forbidden` for a pause that is not the account's to end.
 */
export async function resume(parts: Parts, by: Account, id: number): Promise<boolean> {
  const found = await getPause(parts.store.read, id)
  if (!found || (found.accountId !== undefined && found.accountId !== by.id && !isOperator(by))) return false
  if (found.accountId === undefined && !isOperator(by))
    throw new EmbedlineError('forbidden', 'This pause is for the operator to end.')
  await parts.store.write((db) => endPause(db, id, parts.clock.nowMs()))
  await resumeAll(parts, id)
  return true
}

async function resumeAll({ store, wake }: Pick<Parts, 'store' | 'wake'>, id: number): Promise<void> {
  for (let count = ITEMS_A_TRANSACTION; count === ITEMS_A_TRANSACTION;) {
    count = await store.write((db) => resumeItems(db, id, ITEMS_A_TRANSACTION))
    wake()
  }
}

/** Goes on where a server was killed while it ended pauses, and forgets those that ended long ago. */
export async function settlePauses(parts: Parts & Pick<TaskParts, 'retentionMs'>): Promise<void> {
  const lasting = new Set((await activePauses(parts.store.read)).map(({ id }) => id))
  for (const id of await holdingPauses(parts.store.read)) if (!lasting.has(id)) await resumeAll(parts, id)
  await parts.store.write((db) => removePauses(db, parts.clock.nowMs() - parts.retentionMs))
}

/** Which of these tasks are held back now: those that have not ended, and that a pause concerns. */
export async function pausedTasks(
  { store }: Pick<Parts, 'store'>,
  tasks: readonly AnyTask[],
): Promise<ReadonlySet<string>> {
  const pauses = await activePauses(store.read)
  const paused = tasks.filter(
    (task) =>
      (task.state === 'queued' || task.state === 'processing') &&
      pauses.some((each) => holds(each, scopeOf(task))),
  )
  return new Set(paused.map(({ id }) => id))
}
