import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

// Real media and evaluation sets, which are not ours to give away with the source.
const FOLDER = resolve(
  process.env['EMBEDLINE_TESTDATA'] ?? fileURLToPath(new URL('../../../shared', import.meta.url)),
)

/** The absolute path of a file of the test data, as `testData('media/video/flower.mp4')`. */
export const testData = (name: string): string => join(FOLDER, name)

/** Why a test that needs these files can't run here; undefined when it can. */
export function missingTestData(...names: string[]): string | undefined {
  const missing = names.filter((name) => !existsSync(testData(name)))
  if (missing.length === 0) return undefined
  return `no ${missing.join(', ')} in ${FOLDER}; set EMBEDLINE_TESTDATA to the folder that has them`
}

/** Skips the running test with a sentence when it has no data: `needTestData(context, 'media/video')`. */
export function needTestData(context: { skip: (note?: string) => never }, ...names: string[]): void {
  const sentence = missingTestData(...names)
  if (sentence !== undefined) context.skip(sentence)
}
