import { type Precision, PRECISIONS, type Session, SESSIONS } from '../domain/precision.ts'
import type { CatalogueEntry } from './catalogue.ts'
import { type Fault, faultOf, sizesIn } from './faults.ts'
import { type Pin, readPins, versionKey } from './lockFile.ts'
import { modelFolder } from './places.ts'
import { graphFile, weightFiles } from './sessionFiles.ts'

/** What lies here of a model, as far as sizes tell. */
export interface ModelHere {
  entry: CatalogueEntry
  state: 'ready' | 'damaged' | 'missing'
  /** In which precisions each session is here as a whole. */
  precisions: Readonly<Record<Session, readonly Precision[]>>
  /** Of the pinned files that are here. */
  sizeBytes: number
  faults: readonly Fault[]
  /** What is pinned and should be here: all files of the precisions of which any is here, and those of all. */
  expected: Readonly<Record<string, Pin>>
}

/**
 * Looks at the files of a model. A precision that was pulled once and is gone altogether is no fault, as long as each
 * session is here in another one. Throws `model_damaged` for a lock file that cannot be read.
 */
export function lookAtModel(folder: string, entry: CatalogueEntry): ModelHere {
  const pinned = readPins(folder)[versionKey(entry)]?.files ?? {}
  const names = Object.keys(pinned)
  const sizes = sizesIn(modelFolder(folder, entry), names)
  const faultsOf = (files: readonly string[]) =>
    files.flatMap((name) => faultOf(name, pinned[name], sizes.get(name)))
  const precisions: Record<Session, Precision[]> = { model: [], vision_encoder: [], audio_encoder: [] }
  const wanted = new Set([...entry.files, ...names.filter((name) => !name.startsWith('onnx/'))])
  for (const session of SESSIONS) {
    const groups = PRECISIONS.map((precision) => ({ precision, files: groupOf(session, precision, names) }))
    const here = groups.filter(({ files }) => files.some((name) => sizes.has(name)))
    for (const { precision, files } of here) {
      if (faultsOf(files).length === 0) precisions[session].push(precision)
      for (const name of files) wanted.add(name)
    }
    // Of a session that is gone, all that was pinned is missed.
    if (here.length === 0) for (const name of groups.flatMap(({ files }) => files)) wanted.add(name)
  }
  const faults = sizes.size === 0 ? [] : faultsOf([...wanted])
  return {
    entry,
    state: sizes.size === 0 ? 'missing' : faults.length > 0 ? 'damaged' : 'ready',
    precisions,
    sizeBytes: [...sizes.values()].reduce((sum, each) => sum + each, 0),
    faults,
    expected: Object.fromEntries(Object.entries(pinned).filter(([name]) => wanted.has(name))),
  }
}

/** Empty when it was never pulled. */
function groupOf(session: Session, precision: Precision, names: readonly string[]): string[] {
  const graph = graphFile(session, precision)
  return names.includes(graph) ? [graph, ...weightFiles(graph, names)] : []
}
