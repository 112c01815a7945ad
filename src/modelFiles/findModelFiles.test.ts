import { createHash } from 'node:crypto'
import { rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/temporaryFolder.ts'
import { parsePrecisions } from '../domain/precision.ts'
import { CATALOGUE, catalogued } from './catalogue.ts'
import { findModelFiles } from './findModelFiles.ts'
import { LOCK_FILE, writePins } from './lockFile.ts'

const ID = 'embeddinggemma-2'
const COMMIT = catalogued(ID).commit
const GRAPHS = ['model', 'vision_encoder', 'audio_encoder'].map((session) => `onnx/${session}_quantized.onnx`)
const FILES = [...catalogued(ID).files, ...GRAPHS, ...GRAPHS.map((graph) => `${graph}_data`)]

/** A models folder with the model in q8, each file with its own name as content. */
async function pulled(): Promise<{ models: string; path: (name: string) => string }> {
  const models = await temporaryFolder(
    Object.fromEntries(FILES.map((name) => [`${ID}/${COMMIT}/${name}`, name])),
  )
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  const files = FILES.map((name) => [
    name,
    { sizeBytes: name.length, sha256: sha256(name), origin: 'folder' },
  ])
  const repository = 'someone/model'
  await writePins(models, { [`${ID}@${COMMIT}`]: { repository, files: Object.fromEntries(files) } })
  return { models, path: (name) => join(models, ID, COMMIT, name) }
}

test('a model whose files are all here is found where they lie', async () => {
  const { models, path } = await pulled()
  expect(findModelFiles(models, { id: ID, commit: COMMIT })).toBe(path('.').replace(/\/\.?$/, ''))
  const precisions = parsePrecisions('q8', 'fp32')
  expect(findModelFiles(models, { id: ID, commit: COMMIT, precisions })).toContain(COMMIT)
})

test('a model that was never pulled, or not in this precision or commit, is missing, and the error says how to get it', async () => {
  const { models } = await pulled()
  const missing = (folder: string, commit: string, text: string) => {
    const find = () => findModelFiles(folder, { id: ID, commit, precisions: parsePrecisions(text, 'q8') })
    expect(find).toThrow(
      expect.objectContaining({
        code: 'model_missing',
        message: expect.stringContaining(`embedline models pull ${ID} --precision ${text}`) as string,
      }),
    )
  }
  missing(models, COMMIT, 'q4')
  missing(models, COMMIT, 'q8,audio_encoder=fp32')
  missing(models, 'another', 'q8')
  missing(join(models, 'nowhere'), COMMIT, 'q8')
})

test('a file that is gone, cut off, or no file makes the model damaged, by name', async () => {
  const { models, path } = await pulled()
  await rm(path('tokenizer.json'))
  await truncate(path('onnx/model_quantized.onnx_data'), 3)
  const find = () => findModelFiles(models, { id: ID, commit: COMMIT })
  expect(find).toThrow(
    `Files of the model ${ID} are damaged: tokenizer.json is missing, onnx/model_quantized.onnx_data has 3 bytes instead of 30`,
  )
  expect(find).toThrow(expect.objectContaining({ code: 'model_damaged' }))
})

test('what a model is not without must have been pulled', async () => {
  const { models } = await pulled()
  const files = Object.fromEntries(
    FILES.filter((name) => name !== 'config.json').map((name) => [
      name,
      { sizeBytes: name.length, sha256: 'a'.repeat(64), origin: 'folder' },
    ]),
  )
  await writePins(models, { [`${ID}@${COMMIT}`]: { repository: 'someone/model', files } })
  expect(() => findModelFiles(models, { id: ID, commit: COMMIT })).toThrow('config.json was never pulled')
})

test.for([
  '',
  '{',
  '[]',
  '{"version":2,"models":{}}',
  '{"version":1,"models":{"a@b":{"repository":"r","files":{"f":{}}}}}',
])('a lock file that is %j is an error that names it', async (text) => {
  const { models } = await pulled()
  await writeFile(join(models, LOCK_FILE), text)
  expect(() => findModelFiles(models, { id: ID, commit: COMMIT })).toThrow(
    expect.objectContaining({
      code: 'model_damaged',
      message: expect.stringContaining(LOCK_FILE) as string,
    }),
  )
})

test('looking takes less than a millisecond', async () => {
  const { models } = await pulled()
  const wanted = { id: ID, commit: COMMIT }
  const once = () => {
    const start = performance.now()
    findModelFiles(models, wanted)
    return performance.now() - start
  }
  expect(Math.min(...Array.from({ length: 20 }, once))).toBeLessThan(1)
})

test('every model that can be pulled is of a pinned commit', () => {
  for (const { commit } of CATALOGUE) expect(commit).toMatch(/^[0-9a-f]{40}$/)
})
