import { access } from 'node:fs/promises'
import { EmbedlineError } from '../domain/errors.ts'
import type { TaskParts } from './parts.ts'

/**
 * Path of the stored input of a task. Throws `input_missing` when its bytes are not on the disk any more, which would
 * else look like damaged media.
 */
export async function storedInput(
  { objects }: Pick<TaskParts, 'objects'>,
  { accountId, objectHash }: { accountId: string; objectHash: string },
): Promise<string> {
  const file = objects.path(accountId, objectHash)
  try {
    await access(file)
    return file
  } catch (cause) {
    const message = 'The stored bytes of the input are not on the disk any more.'
    throw new EmbedlineError('input_missing', message, { cause })
  }
}
