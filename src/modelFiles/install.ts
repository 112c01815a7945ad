import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { moveDurably, sync } from './durable.ts'
import { filesBelow } from './filesBelow.ts'
import type { ModelVersion } from './lockFile.ts'
import { modelFolder, partialFolder } from './places.ts'

/**
 * Moves whole files from the partial folder to where the model lies: where nothing is yet, as a folder, in one step;
 * otherwise one by one. What an interrupted pull of other precisions left in the partial folder goes.
 */
export async function install(
  folder: string,
  version: ModelVersion,
  names: readonly string[],
): Promise<void> {
  const partial = partialFolder(folder, version)
  const place = modelFolder(folder, version)
  if (names.length > 0 && (await filesBelow(place)).length === 0) {
    await removeOthers(partial, new Set(names))
    for (const below of new Set(names.map((name) => dirname(join(partial, name))))) await sync(below)
    await rm(place, { recursive: true, force: true })
    await moveDurably(partial, place)
    return
  }
  for (const name of names) await moveDurably(join(partial, name), join(place, name))
  await rm(partial, { recursive: true, force: true })
}

async function removeOthers(folder: string, names: ReadonlySet<string>): Promise<void> {
  for (const name of await filesBelow(folder)) if (!names.has(name)) await rm(join(folder, name))
}
