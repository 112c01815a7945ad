import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { EmbedlineError } from '../domain/errors.ts'
import { loadModel, modelFacts, resolveModel } from './registry.ts'

const names = { aliases: ['large-model-1'], defaultModel: 'builtin' }

test("an alias and the model's own id mean the model, another name means nothing", () => {
  expect(resolveModel('builtin', names)?.id).toBe('builtin')
  expect(resolveModel('large-model-1', names)?.id).toBe('builtin')
  expect(resolveModel('large-model-2', names)).toBeUndefined()
  expect(resolveModel('constructor', names)).toBeUndefined()
})

test('a pinned model is found by id and revision', async () => {
  expect(modelFacts({ id: 'builtin', revision: '1' }).spaces.video).toEqual({
    space: 'image',
    dimension: 512,
  })
  const model = await loadModel('builtin', '1')
  expect(model.facts).toBe(modelFacts({ id: 'builtin', revision: '1' }))
  await model.close()
})

test.for([
  ['builtin', '2'],
  ['other', '1'],
] as const)(
  'a model that is not here, %s@%s, is an error and never another model',
  async ([id, revision]) => {
    const unknown = expect.objectContaining({ code: 'model_unknown' }) as EmbedlineError
    expect(() => modelFacts({ id, revision })).toThrow(unknown)
    await expect(loadModel(id, revision)).rejects.toThrow(unknown)
  },
)

test('whoever needs only facts and token counts does not load the model', async () => {
  const script = `
    import { registerHooks } from 'node:module'
    const loaded = []
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
    await import(${JSON.stringify(new URL('registry.ts', import.meta.url).href)})
    await import(${JSON.stringify(new URL('countTokens.ts', import.meta.url).href)})
    console.log(JSON.stringify(loaded))`
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script])
  const files = (JSON.parse(stdout) as string[]).map((url) => url.replace(/^.*\/src\//, ''))
  expect(files.toSorted()).toEqual([
    'domain/errors.ts',
    'models/builtin/facts.ts',
    'models/builtin/text/splitWords.ts',
    'models/builtin/text/textPieces.ts',
    'models/countTokens.ts',
    'models/registry.ts',
  ])
})
