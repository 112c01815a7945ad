import { join } from 'node:path'
import { type ModelVersion, versionKey } from './lockFile.ts'

/** Where the files of a model lie, named as in its repository. */
export const modelFolder = (folder: string, { id, commit }: ModelVersion): string => join(folder, id, commit)

/** What no model is named: holds what is not whole yet, and the lock of the folder. */
const UNFINISHED = '.partial'

export const unfinishedFolder = (folder: string): string => join(folder, UNFINISHED)

/** Files of a pull that is not done: whole ones under their names, others with `PART` behind them. */
export const partialFolder = (folder: string, version: ModelVersion): string =>
  join(folder, UNFINISHED, versionKey(version))

export const PART = '.part'
