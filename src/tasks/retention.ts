import { EmbedlineError } from '../domain/errors.ts'
import type { Account } from '../domain/task.ts'
import { durationText } from '../lib/duration.ts'
import { setExpiry } from '../store/taskExpiry.ts'
import type { TaskParts } from './parts.ts'

type Parts = Pick<TaskParts, 'clock' | 'retentionMs' | 'mostRetentionMs'>

/**
 * When a task that is made now expires: after what its caller wants, or else after what the operator has set. Throws
 * `request_invalid` for more than the operator allows.
 */
export function expiryOf(parts: Parts, retentionMs = parts.retentionMs): number {
  if (retentionMs > parts.mostRetentionMs) throw tooLong(parts)
  return parts.clock.nowMs() + retentionMs
}

/** A task with the time from which on it may be removed. */
export interface KeptTask {
  id: string
  expiresMs: number
}

/**
 * Lets a task of the account expire at another time, whatever its state. Throws `not_found`, and `request_invalid` for a
 * time that is over, or further away than the operator allows.
 */
export async function keepTaskUntil(
  parts: Parts & Pick<TaskParts, 'store'>,
  account: Pick<Account, 'id'>,
  { id, expiresMs }: KeptTask,
): Promise<KeptTask> {
  const nowMs = parts.clock.nowMs()
  if (expiresMs <= nowMs)
    throw new EmbedlineError('request_invalid', 'This time is over; to remove a task, delete it.', {
      field: 'expires_at',
    })
  if (expiresMs > nowMs + parts.mostRetentionMs) throw tooLong(parts, 'expires_at')
  if (!(await parts.store.write((db) => setExpiry(db, account.id, id, expiresMs))))
    throw new EmbedlineError('not_found', `There is no task ${id}.`)
  return { id, expiresMs }
}

const tooLong = ({ mostRetentionMs }: Parts, field?: string) =>
  new EmbedlineError(
    'request_invalid',
    `Tasks are kept for ${durationText(mostRetentionMs)} at most (EMBEDLINE_RETENTION_MAX).`,
    field === undefined ? {} : { field },
  )
