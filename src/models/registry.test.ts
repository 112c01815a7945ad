import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { EmbedlineError } from '../domain/errors.ts'
import { openRegistry } from './registry.ts'
import { BUILTIN_ONLY, type ModelSettings } from './settings.ts'

const findModelFiles = () => '/nowhere'

const registry = openRegistry(
  {
    defaultModel: 'builtin',
    contractNames: ['large-model-1', 'large-model-2'],
    aliases: { 'large-model-2': 'builtin', mine: 'builtin' },
  },
  findModelFiles,
)

test("an alias and the model's own id mean the model, another name means nothing", () => {
  expect(registry.resolve('builtin')?.id).toBe('builtin')
  expect(registry.resolve('large-model-1')?.id).toBe('builtin')
  expect(registry.resolve('large-model-2')?.id).toBe('builtin')
  expect(registry.resolve('mine')?.id).toBe('builtin')
  expect(registry.resolve('large-model-3')).toBeUndefined()
  expect(registry.resolve('constructor')).toBeUndefined()
})

test('own names are those of our models and of the operator, not those of a contract', () => {
  const names = ['builtin', 'mine', 'large-model-1', 'large-model-2', 'constructor']
  expect(names.filter((name) => registry.isOwnName(name))).toEqual(['builtin', 'mine'])
})

test('a default model or an alias that means no model is refused at the start, with those there are', () => {
  const refused = expect.objectContaining({
    code: 'request_invalid',
    message: 'There is no model other; there are builtin.',
  }) as EmbedlineError
  expect(() => openRegistry({ ...BUILTIN_ONLY, defaultModel: 'other' }, findModelFiles)).toThrow(refused)
  expect(() => openRegistry({ ...BUILTIN_ONLY, aliases: { mine: 'other' } }, findModelFiles)).toThrow(refused)
})

test('a remote model is there when it is configured, and has another revision for whatever makes other vectors', async () => {
  const openWith = (settings: ModelSettings) => openRegistry(settings, findModelFiles)
  const remote = { model: 'e5', dimension: 1024, documentPrefix: '' }
  const revisionOf = (over: object) =>
    openWith({ ...BUILTIN_ONLY, remote: { ...remote, ...over } }).resolve('openai-compatible')?.revision
  expect(revisionOf({})).toBe('e5/1024')
  const revisions = [
    {},
    { model: 'e6' },
    { dimension: 512 },
    { documentPrefix: 'a' },
    { documentPrefix: 'b' },
  ]
  expect(new Set(revisions.map(revisionOf)).size).toBe(5)
  expect(registry.resolve('openai-compatible')).toBeUndefined()

  const withRemote = openWith({ ...BUILTIN_ONLY, defaultModel: 'openai-compatible', remote })
  const pin = { id: 'openai-compatible', revision: 'e5/1024' }
  expect(withRemote.facts(pin)).toMatchObject({ isRemote: true, spaces: { text: { dimension: 1024 } } })
  const stand = await withRemote.load(pin)
  await expect(stand.text(['a'], 'query')).rejects.toMatchObject({ code: 'modality_unsupported' })
})

test('a name that a model of ours has cannot be given another meaning', () => {
  expect(() => openRegistry({ ...BUILTIN_ONLY, aliases: { builtin: 'builtin' } }, findModelFiles)).toThrow(
    expect.objectContaining({
      code: 'request_invalid',
      message: 'builtin is a model itself, and no name for another one.',
    }) as EmbedlineError,
  )
})

test('a pinned model is found by id and revision', async () => {
  const pin = { id: 'builtin', revision: '1' }
  expect(registry.facts(pin).spaces.video).toEqual({ space: 'image', dimension: 512 })
  const model = await registry.load(pin)
  expect(model.facts).toBe(registry.facts(pin))
  await model.close()
})

test.for([
  ['builtin', '2'],
  ['other', '1'],
] as const)(
  'a model that is not here, %s@%s, is an error and never another model',
  async ([id, revision]) => {
    const unknown = expect.objectContaining({ code: 'model_unknown' }) as EmbedlineError
    expect(() => registry.facts({ id, revision })).toThrow(unknown)
    await expect(registry.load({ id, revision })).rejects.toThrow(unknown)
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
  expect(files.filter((file) => file.includes('node_modules'))).toEqual([])
  expect(files.filter((file) => !file.startsWith('node:')).toSorted()).toEqual([
    'domain/errors.ts',
    'domain/precision.ts',
    'lib/installation.ts',
    'lib/shellWord.ts',
    'models/builtin/facts.ts',
    'models/builtin/text/splitWords.ts',
    'models/builtin/text/textPieces.ts',
    'models/countTokens.ts',
    'models/embeddinggemma/context.ts',
    'models/embeddinggemma/estimates.ts',
    'models/embeddinggemma/facts.ts',
    'models/embeddinggemma/fittedSize.ts',
    'models/embeddinggemma/profile.ts',
    'models/libraries.ts',
    'models/registry.ts',
    'models/remoteProfile.ts',
  ])
})
