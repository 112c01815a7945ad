import { join } from 'node:path'
import type { CatalogueEntry } from './catalogue.ts'
import type { Fault } from './faults.ts'
import { filesBelow } from './filesBelow.ts'
import { hashFile } from './hashFile.ts'
import { lookAtModel, type ModelHere } from './lookAtModel.ts'
import { modelFolder } from './places.ts'

export interface CheckedModel extends ModelHere {
  /** Files among the model's that nobody pulled. They do no harm: nothing reads them. */
  foreign: readonly string[]
  /** How many files have the bytes that are pinned, all of them. */
  goodFiles: number
}

export interface Checking {
  signal: AbortSignal
  /** From 0 to 1. */
  onProgress: (fraction: number) => void
}

/** Reads every byte of a model and compares it with the lock file. Throws `aborted` when `signal` is. */
export async function checkModel(
  folder: string,
  entry: CatalogueEntry,
  { signal, onProgress }: Checking,
): Promise<CheckedModel> {
  const here = lookAtModel(folder, entry)
  const place = modelFolder(folder, entry)
  const wrong = new Set(here.faults.map(({ file }) => file))
  const readable =
    here.state === 'missing' ? [] : Object.entries(here.expected).filter(([name]) => !wrong.has(name))
  const totalBytes = readable.reduce((sum, [, { sizeBytes }]) => sum + sizeBytes, 0)
  const faults: Fault[] = [...here.faults]
  let readBytes = 0
  for (const [file, { sha256 }] of readable) {
    const onBytes = (count: number) => onProgress((readBytes += count) / totalBytes)
    const found = await hashFile(join(place, file), { signal, onBytes })
    if (found.sha256 !== sha256)
      faults.push({
        file,
        kind: 'hash',
        message: `${file} has other bytes than were pulled (SHA-256 ${found.sha256})`,
      })
  }
  const foreign = (await filesBelow(place)).filter((name) => !Object.hasOwn(here.expected, name)).toSorted()
  return {
    ...here,
    faults,
    state: faults.length > 0 ? 'damaged' : here.state,
    foreign,
    goodFiles: readable.length - (faults.length - here.faults.length),
  }
}
