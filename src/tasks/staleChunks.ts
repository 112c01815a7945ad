import { filesWithOldChunks, removeOldChunks } from '../store/chunks.ts'
import type { TaskParts } from './parts.ts'

const FILES_A_PAGE = 500
export const CHUNKS_A_TRANSACTION = 500

/** Removes chunks that nobody searches any more: what a crash left between a file's new chunks and the end of its old ones. */
export async function removeStaleChunks(parts: Pick<TaskParts, 'store'>): Promise<void> {
  for (let after = 0; ;) {
    const page = await filesWithOldChunks(parts.store.read, after, FILES_A_PAGE)
    const last = page.at(-1)
    if (!last) return
    after = last.id
    for (const { id, generation, hasOldChunks } of page)
      if (hasOldChunks) await removeChunksBefore(parts, id, generation)
  }
}

/** Removes the chunks that a file had before this generation. */
export async function removeChunksBefore(
  { store }: Pick<TaskParts, 'store'>,
  fileId: number,
  generation: number,
): Promise<void> {
  let removed
  do removed = await store.write((db) => removeOldChunks(db, fileId, generation, CHUNKS_A_TRANSACTION))
  while (removed === CHUNKS_A_TRANSACTION)
}
