import type { Db } from '../domain/tables.ts'
import type { Consumer } from '../domain/task.ts'
import type { ReceivedBytes } from '../objects/objects.ts'
import { accountIds } from '../store/accounts.ts'
import type { Exclusive } from '../store/exclusion.ts'
import { addDailyUse } from '../store/dailyUsage.ts'
import { addReference, countReferences, dropReference } from '../store/objects.ts'
import type { TaskParts } from './parts.ts'
import { checkStored } from './quotas.ts'

/** Of an account, the bytes with this SHA-256. */
export interface BytesKey {
  accountId: string
  hash: string
}

export type BytesParts = Pick<TaskParts, 'store' | 'objects' | 'clock' | 'reach'>

/** Runs what is done to stored bytes while nobody else, on any server, does something to the same. */
const alone = <T>(
  { store }: Pick<BytesParts, 'store'>,
  { accountId, hash }: BytesKey,
  work: Exclusive<T>,
): Promise<T> => store.exclusively(`bytes ${accountId}/${hash}`, work)

/**
 * Keeps bytes that this server has made, and runs `change` in the transaction that refers to them. The bytes are in their
 * place before the row is committed, and go again when nothing refers to them because `change` failed.
 */
export const keepMadeBytes = <T>(
  parts: BytesParts,
  accountId: string,
  received: ReceivedBytes,
  change: (db: Db) => Promise<T>,
): Promise<T> => {
  const { hash, sizeBytes } = received
  const bytes = { accountId, hash }
  return alone(parts, bytes, async (held) => {
    await parts.objects.keep(accountId, received)
    parts.reach('between upload and row')
    try {
      return await parts.store.write(async (db) => {
        held.throwIfAborted()
        await addReference(db, { ...bytes, sizeBytes, nowMs: parts.clock.nowMs() })
        return await change(db)
      })
    } catch (failure) {
      await removeUnreferenced(parts, bytes, held)
      throw failure
    }
  })
}

/** The same of bytes that somebody has sent, for whom they are counted. Throws `quota_exceeded`. */
export const keepBytes = <T>(
  parts: BytesParts,
  by: Consumer,
  received: ReceivedBytes,
  change: (db: Db) => Promise<T>,
): Promise<T> =>
  keepMadeBytes(parts, by.accountId, received, async (db) => {
    await checkStored(db, by.accountId)
    await addDailyUse(db, by, { bytes: received.sizeBytes }, parts.clock.nowMs())
    return change(db)
  })

/**
 * Runs `change` in a transaction that may drop references, and removes after its commit the bytes whose last
 * reference went. `change` returns whether it dropped one.
 */
export async function dropBytes(
  parts: BytesParts,
  bytes: BytesKey,
  change: (db: Db) => Promise<boolean>,
): Promise<boolean> {
  let isLast = false
  const isDropping = await parts.store.write(async (db) => {
    const drops = await change(db)
    isLast = drops && (await dropReference(db, bytes.accountId, bytes.hash))
    return drops
  })
  if (isLast) parts.reach('between commit and delete')
  // Whoever keeps the same bytes again meanwhile has them: it is looked anew, when nobody is about to.
  if (isLast) await alone(parts, bytes, (held) => removeUnreferenced(parts, bytes, held))
  return isDropping
}

export interface Adoption {
  /** Refers to the bytes, in a transaction of its own. */
  refer: (db: Db) => Promise<unknown>
  /** Moves them to their place; may have been done before. */
  move: () => Promise<void>
  /** What follows, in a second transaction. */
  done: (db: Db) => Promise<void>
}

/**
 * Keeps bytes that are here already and that nobody will send again: they are referred to before they are moved, so that
 * a crash leaves them where they were, or in the place where the reference protects them. May be run again at any step.
 */
export const adoptBytes = (
  parts: BytesParts,
  bytes: BytesKey,
  { refer, move, done }: Adoption,
): Promise<void> =>
  alone(parts, bytes, async () => {
    await parts.store.write(refer)
    await move()
    await parts.store.write(done)
  })

/** Somebody else may refer to them as soon as they are not `held` any more: then they stay, for the janitor. */
async function removeUnreferenced(
  parts: BytesParts,
  { accountId, hash }: BytesKey,
  held: AbortSignal,
): Promise<void> {
  if ((await countReferences(parts.store.read, accountId, hash)) > 0 || held.aborted) return
  try {
    await parts.objects.remove(accountId, hash, held)
  } catch (failure) {
    if (!held.aborted) throw failure
  }
}

/**
 * Removes bytes that no row refers to: what a crash left between the file and its row. Those of an account that this
 * database does not have were stored with another one, which was lost or is elsewhere: they stay.
 */
export async function removeOrphanedBytes(parts: BytesParts & Pick<TaskParts, 'logger'>): Promise<void> {
  const accounts = new Set(await accountIds(parts.store.read))
  const strangers = new Set<string>()
  for await (const bytes of parts.objects.list()) {
    const { accountId, hash } = bytes
    if (!accounts.has(accountId)) strangers.add(accountId)
    // Whoever keeps them just now refers to them by the time that it is looked anew.
    else if ((await countReferences(parts.store.read, accountId, hash)) === 0)
      await alone(parts, bytes, (held) => removeUnreferenced(parts, bytes, held))
  }
  if (strangers.size > 0)
    parts.logger.warn('the storage holds bytes that belong to another database; they are left alone', {
      folders: [...strangers],
    })
}
