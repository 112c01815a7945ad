import { EmbedlineError } from '../domain/errors.ts'
import { precisionsText, samePrecision, SESSIONS, type SessionPrecisions } from '../domain/precision.ts'
import { catalogued } from './catalogue.ts'
import { faultOf, sizesIn } from './faults.ts'
import { type ModelVersion, type Pin, readPins, versionKey } from './lockFile.ts'
import { modelFolder } from './places.ts'
import { graphFile, sessionFiles, weightFiles } from './sessionFiles.ts'

export interface WantedModel extends ModelVersion {
  /** Absent: the precision that is pulled when none is named. */
  precisions?: SessionPrecisions
}

/**
 * The folder with the files of a model: `config.json`, `tokenizer.json` …, `onnx/model_quantized.onnx` … as in its
 * repository. Looks whether each file that these precisions need is there with its pinned size, which takes less than
 * a millisecond; hashes are for `checkModel`. Throws `model_missing` when it is not here in these precisions and
 * `model_damaged` when part of it is gone or has another size, both with what to do.
 */
export function findModelFiles(folder: string, { id, commit, precisions }: WantedModel): string {
  const wanted = precisions ?? samePrecision(catalogued(id).defaultPrecision)
  const pinned = readPins(folder)[versionKey({ id, commit })]?.files ?? {}
  const names = Object.keys(pinned)
  const place = modelFolder(folder, { id, commit })
  const sizes = sizesIn(place, names)
  const pull = `embedline models pull ${id} --precision ${precisionsText(wanted)}`
  for (const session of SESSIONS) {
    const graph = graphFile(session, wanted[session])
    if ([graph, ...weightFiles(graph, names)].some((name) => sizes.has(name))) continue
    throw new EmbedlineError(
      'model_missing',
      `The model ${id} is not here in the precision ${precisionsText(wanted)}: ${pull}`,
    )
  }
  const faults = neededNames(id, wanted, pinned).flatMap((name) =>
    faultOf(name, pinned[name], sizes.get(name)),
  )
  if (faults.length === 0) return place
  const messages = faults.map(({ message }) => message).join(', ')
  throw new EmbedlineError('model_damaged', `Files of the model ${id} are damaged: ${messages}; ${pull}`)
}

/** What was pinned and belongs to these precisions or to all, and what no model is without. */
function neededNames(id: string, wanted: SessionPrecisions, pinned: Readonly<Record<string, Pin>>): string[] {
  const names = Object.keys(pinned)
  const common = names.filter((name) => !name.startsWith('onnx/'))
  return [...new Set([...catalogued(id).files, ...common, ...sessionFiles(wanted, names)])]
}
