import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { EmbedlineError } from '../domain/errors.ts'
import { asStorageFailure } from '../domain/storageFailure.ts'
import type { Clock } from '../lib/clock.ts'
import type { Opened } from '../lib/closing.ts'
import { holdFile } from '../lib/heldFile.ts'
import { stopped } from './hashFile.ts'
import { unfinishedFolder } from './places.ts'

const LOOK_AGAIN_MS = 500

/**
 * Holds a models folder, made when there is none, against all other pulls and removals, those of other processes too.
 * Undefined: another one is at work there.
 */
export async function tryHoldModels(folder: string): Promise<Opened | undefined> {
  const place = unfinishedFolder(folder)
  try {
    await mkdir(place, { recursive: true })
    return holdFile(join(place, 'lock.db'))
  } catch (cause) {
    const failure = asStorageFailure(cause)
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new EmbedlineError(failure.code, `The models folder ${folder} cannot be written: ${reason}.`, {
      cause,
    })
  }
}

/** The same, after all others. Throws `aborted` when `signal` is. */
export async function holdModels(
  folder: string,
  { clock, signal, onWait }: { clock: Clock; signal: AbortSignal; onWait: () => void },
): Promise<Opened> {
  for (;;) {
    const held = await tryHoldModels(folder)
    if (held) return held
    onWait()
    await clock.sleep(LOOK_AGAIN_MS, signal)
    if (signal.aborted) throw stopped()
  }
}
