import { readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { gemmaModels, gemmaSettings } from '../../../test/support/gemmaFixture.ts'
import type { Precision } from '../../domain/precision.ts'
import { openGemma } from './model.ts'

/** Opens the model after its files were changed, and uses all of it. */
async function useDamaged(change: (path: (name: string) => string) => Promise<void>, precision?: Precision) {
  const { folder, place } = await gemmaModels()
  await change((name) => join(place, name))
  const model = await openGemma(gemmaSettings(folder, precision), place, () => {})
  try {
    await model.text(['dog'], 'query')
    await model.image({ width: 48, height: 48, rgb: new Uint8Array(48 * 48 * 3) })
    await model.audio(new Float32Array(16_000))
  } finally {
    await model.close()
  }
}

const FILES = [
  'config.json',
  'processor_config.json',
  'preprocessor_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'onnx/model.onnx',
  'onnx/model.onnx_data',
  'onnx/vision_encoder.onnx',
  'onnx/vision_encoder.onnx_data',
  'onnx/audio_encoder.onnx',
  'onnx/audio_encoder.onnx_data',
]

test.for(FILES)('without %s the model says that it is damaged', async (name) => {
  await expect(useDamaged((path) => rm(path(name)))).rejects.toMatchObject({ code: 'model_damaged' })
})

test.for(FILES)('with half of %s the model says that it is damaged', async (name) => {
  const halve = async (path: string) => truncate(path, Math.floor((await readFile(path)).length / 2))
  await expect(useDamaged((path) => halve(path(name)))).rejects.toMatchObject({
    code: 'model_damaged',
    message: expect.stringContaining('embedline models check embeddinggemma-2') as string,
  })
})

test('weights that are no numbers give an error and never a vector', async () => {
  const spoil = async (path: string) => {
    const { length } = await readFile(path)
    await writeFile(path, new Uint8Array(length).fill(0xff))
  }
  await expect(useDamaged((path) => spoil(path('onnx/model.onnx_data')))).rejects.toMatchObject({
    code: 'model_damaged',
    message: expect.stringContaining('is no vector') as string,
  })
})

test('configuration that is no object is damage too', async () => {
  await expect(useDamaged((path) => writeFile(path('processor_config.json'), '[]'))).rejects.toMatchObject({
    code: 'model_damaged',
  })
})
