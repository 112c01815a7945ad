import { EmbedlineError } from '../../src/domain/errors.ts'
import type { LoadedRow, Loader } from '../../src/search/loader.ts'
import { noTasks } from './noTasks.ts'

/** What this module makes up for a search thread: `files` files of one chunk each in bucket 1, or what goes wrong. */
export interface MadeUpRows {
  files: number
  /** Of every vector. */
  length: number
  failure?: 'refused' | 'broken' | 'exit'
}

/** Vectors whose numbers rise with the file, so that the query of all ones finds the last file first. */
export function openLoader({ files, length, failure }: MadeUpRows): Loader {
  return {
    async changes({ bucketId }, _since, take) {
      if (failure === 'refused') throw new EmbedlineError('disk_full', 'no space')
      if (failure === 'broken') throw new Error('a bug')
      if (failure === 'exit') process.exit(1)
      if (bucketId !== 1) return false
      await take({ version: 1, dropped: [], pages: pagesOf(files, length) })
      return true
    },
    ...noTasks,
    close: async () => {},
  }
}

function* pagesOf(files: number, length: number): Generator<LoadedRow[]> {
  for (let fileId = 1; fileId <= files; fileId++)
    yield [
      {
        fileId,
        ordinal: 0,
        key: `file ${fileId}`,
        vector: new Float32Array(length).fill(fileId / files / Math.sqrt(length)),
        termsJson: JSON.stringify({ [`word${fileId}`]: 1, all: 1 }),
      },
    ]
}
