import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { EmbedlineError } from '../domain/errors.ts'
import type { CatalogueEntry } from './catalogue.ts'
import { tryHoldModels } from './holdModels.ts'
import { readPins, versionKey, writePins } from './lockFile.ts'
import { unfinishedFolder } from './places.ts'

/**
 * Removes the files of a model, of all commits, and what interrupted pulls left of it. What was pinned stays, so that
 * the next pull brings the same bytes or says so; `forget` removes that too. Returns false when nothing was here.
 * Throws `model_in_use` while a pull or another removal is at work.
 */
export async function removeModel(
  folder: string,
  entry: CatalogueEntry,
  { forget }: { forget: boolean },
): Promise<boolean> {
  const held = await tryHoldModels(folder)
  if (!held)
    throw new EmbedlineError(
      'model_in_use',
      `A pull is at work in ${folder}. Stop it, or try again when it is done.`,
    )
  try {
    const unfinished = unfinishedFolder(folder)
    const gone = join(unfinished, `${entry.id}@removed`)
    // Out of sight in one step: a model is never half there.
    const wasHere = await moved(join(folder, entry.id), gone)
    const left = (await readdir(unfinished)).filter((name) => name.startsWith(`${entry.id}@`))
    for (const name of left) await rm(join(unfinished, name), { recursive: true, force: true })
    const pins = readPins(folder)
    const isPinned = versionKey(entry) in pins
    if (forget && isPinned) await writePins(folder, withoutModel(pins, entry))
    return wasHere || left.length > 0 || (forget && isPinned)
  } finally {
    await held.close()
  }
}

const withoutModel = (pins: ReturnType<typeof readPins>, entry: CatalogueEntry) =>
  Object.fromEntries(Object.entries(pins).filter(([key]) => key !== versionKey(entry)))

async function moved(from: string, to: string): Promise<boolean> {
  await rm(to, { recursive: true, force: true })
  try {
    await rename(from, to)
    return true
  } catch (failure) {
    if (failure instanceof Error && 'code' in failure && failure.code === 'ENOENT') return false
    throw failure
  }
}
