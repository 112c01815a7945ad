import { readdir } from 'node:fs/promises'
import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { EXPECTED, type Expected } from '../../test/documents/expected.ts'
import { missingTestData, testData } from '../../test/support/testData.ts'
import { EmbedlineError } from '../domain/errors.ts'
import { limitsNamed } from '../domain/limits.ts'
import { binaryTypeOf } from './binaryType.ts'
import { chunkText, defaultOverlap } from './chunkText.ts'
import { readDocument } from './readDocument.ts'
import { recogniseText } from './readText.ts'
import { openSource } from './source.ts'

const missing = missingTestData('documents')
const LIMIT_MS = 20_000
const SIZE_CHARACTERS = 1024
const SETTINGS = { sizeCharacters: SIZE_CHARACTERS, overlapCharacters: defaultOverlap(SIZE_CHARACTERS) }

test.skipIf(missing)(
  'every file of the test documents has its line in the table, and no line is left over',
  async () => {
    const found = await readdir(testData('documents'), { recursive: true, withFileTypes: true })
    const root = `${testData('documents')}/`
    const names = found
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => `${parentPath.replace(/\/$/, '')}/${name}`.replace(root, ''))
    expect(names.toSorted()).toEqual(Object.keys(EXPECTED).toSorted())
  },
)

test.skipIf(missing).each(Object.entries(EXPECTED))(
  '%s gives what the table says',
  { timeout: LIMIT_MS },
  async (name, expected) => {
    const found = await lookThrough(testData(`documents/${name}`))
    expect(found).toEqual({
      ...expected,
      ...(expected.why !== undefined && { why: expect.stringContaining(expected.why) as string }),
      ...(expected.begins !== undefined && { begins: expect.stringContaining(expected.begins) as string }),
    })
  },
)

async function lookThrough(file: string): Promise<Expected> {
  try {
    const type = await typeOf(file)
    return { type, ...(await outcomeOf(file)) }
  } catch (failure) {
    return told(failure)
  }
}

async function typeOf(file: string): Promise<string> {
  const source = openSource(file, basename(file))
  return (await binaryTypeOf(source)).type ?? (await recogniseText(source)).type
}

async function outcomeOf(file: string): Promise<Expected> {
  try {
    const pieces = readDocument(file, basename(file), { loader: 'default', limits: limitsNamed('ours') })
    const chunks = await Array.fromAsync(chunkText(pieces, SETTINGS))
    return { chunks: chunks.length, begins: chunks[0]?.text ?? '' }
  } catch (failure) {
    return told(failure)
  }
}

function told(failure: unknown): Expected {
  if (!(failure instanceof EmbedlineError)) throw failure
  return { failed: failure.code, why: failure.message }
}
