import { statSync } from 'node:fs'
import { join } from 'node:path'
import { EmbedlineError } from '../domain/errors.ts'
import { precisionsText, samePrecision, SESSIONS, type SessionPrecisions } from '../domain/precision.ts'
import { catalogued } from './catalogue.ts'
import { type ModelVersion, type Pin, readPins, versionKey } from './lockFile.ts'
import { graphFile, sessionFiles, weightFiles } from './sessionFiles.ts'

export interface WantedModel extends ModelVersion {
  /** Absent: the precision that is pulled when none is named. */
  precisions?: SessionPrecisions
}

/** Where the files of a model lie, named as in its repository. */
export const modelFolder = (folder: string, { id, commit }: ModelVersion): string => join(folder, id, commit)

/**
 * The folder with the files of a model: `config.json`, `tokenizer.json` …, `onnx/model_quantized.onnx` … as in its
 * repository. Looks whether each file that these precisions need is there with its pinned size, which takes less than
 * a millisecond; hashes are for `checkModel`. Throws `model_missing` when it is not here in these precisions and
 * `model_damaged` when part of it is gone or has another size, both with what to do.
 */
export function findModelFiles(folder: string, { id, commit, precisions }: WantedModel): string {
  const wanted = precisions ?? samePrecision(catalogued(id).defaultPrecision)
  const pinned = readPins(folder)[versionKey({ id, commit })]?.files ?? {}
  const place = modelFolder(folder, { id, commit })
  const sizes = sizesIn(place, Object.keys(pinned))
  const pull = `embedline models pull ${id} --precision ${precisionsText(wanted)}`
  for (const session of SESSIONS) {
    const graph = graphFile(session, wanted[session])
    const isHere = [graph, ...weightFiles(graph, Object.keys(pinned))].some((name) => sizes.has(name))
    if (!isHere)
      throw new EmbedlineError(
        'model_missing',
        `The model ${id} is not here in the precision ${precisionsText(wanted)}: ${pull}`,
      )
  }
  const faults = neededFiles(id, wanted, pinned).flatMap((name) => fault(name, pinned[name], sizes.get(name)))
  if (faults.length === 0) return place
  throw new EmbedlineError(
    'model_damaged',
    `Files of the model ${id} are damaged: ${faults.join(', ')}; ${pull}`,
  )
}

/** What was pinned and belongs to these precisions or to all, and what no model is without. */
function neededFiles(id: string, wanted: SessionPrecisions, pinned: Readonly<Record<string, Pin>>): string[] {
  const names = Object.keys(pinned)
  const common = names.filter((name) => !name.startsWith('onnx/'))
  return [...new Set([...catalogued(id).files, ...common, ...sessionFiles(wanted, names)])]
}

function sizesIn(place: string, names: readonly string[]): Map<string, number> {
  const sizes = new Map<string, number>()
  for (const name of names) {
    const sizeBytes = sizeOf(join(place, name))
    if (sizeBytes !== undefined) sizes.set(name, sizeBytes)
  }
  return sizes
}

function sizeOf(path: string): number | undefined {
  try {
    const stats = statSync(path)
    return stats.isFile() ? stats.size : undefined
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new EmbedlineError('storage_unavailable', `${path} cannot be read (${String(code)})`, { cause })
  }
}

function fault(name: string, pin: Pin | undefined, sizeBytes: number | undefined): string[] {
  if (pin === undefined) return [`${name} was never pulled`]
  if (sizeBytes === undefined) return [`${name} is missing`]
  return sizeBytes === pin.sizeBytes ? [] : [`${name} has ${sizeBytes} bytes instead of ${pin.sizeBytes}`]
}
