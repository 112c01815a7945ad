import type { BatchWork } from '../../store/batches.ts'
import {
  clearOutcome,
  stretchesAfter,
  type Stretch,
  type StretchOutcome,
} from '../../store/batchStretches.ts'
import type { TaskParts } from '../parts.ts'
import { dropBytes, type BytesParts } from '../storedBytes.ts'

type Owned = Pick<BatchWork, 'id' | 'accountId'>

const STRETCHES_AT_A_TIME = 200
const REMOVED_AT_ONCE = 50

/** The stretches of a batch in the order of its file, each with what came of it. */
export async function* eachStretch(
  { store }: Pick<TaskParts, 'store'>,
  { id }: Owned,
): AsyncGenerator<Stretch & { outcome?: StretchOutcome }, void> {
  let after = -1
  for (;;) {
    const some = await stretchesAfter(store.read, id, { after, limit: STRETCHES_AT_A_TIME })
    yield* some
    const last = some.at(-1)
    if (!last) return
    after = last.ordinal
  }
}

/** Removes what came of the stretches of a batch, with its bytes: it was put together, or nobody wants it. */
export async function removeOutcomes(parts: BytesParts, { id, accountId }: Owned): Promise<void> {
  // Together they share a few commits; one after the other each waits for the disk.
  let removing: Promise<boolean>[] = []
  for await (const { ordinal, outcome } of eachStretch(parts, { id, accountId })) {
    if (!outcome) continue
    const bytes = { accountId, hash: outcome.hash }
    removing.push(dropBytes(parts, bytes, (db) => clearOutcome(db, id, ordinal)))
    if (removing.length < REMOVED_AT_ONCE) continue
    await Promise.all(removing)
    removing = []
  }
  await Promise.all(removing)
}
