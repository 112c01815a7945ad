import { getBatchWork } from '../../store/batches.ts'
import type { BytesParts } from '../storedBytes.ts'
import { endBatch } from './endBatch.ts'
import { removeOutcomes } from './outcomes.ts'

/** Lets go of all bytes of a batch whose task goes; its files stay as long as they are to. Of another task nothing is changed. */
export async function forgetBatch(parts: BytesParts, taskId: string): Promise<void> {
  const batch = await getBatchWork(parts.store.read, taskId)
  if (!batch) return
  await removeOutcomes(parts, batch)
  await endBatch(parts, batch, async () => true)
}
