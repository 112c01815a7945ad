import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { librariesFrom, missingSentence, modelLibraries } from './libraries.ts'

const BINARIES = `bin/napi-v6/${process.platform}/${process.arch}`

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'embedline libraries '))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

const install = (path: string, version: string) => {
  write(`node_modules/${path}/package.json`, JSON.stringify({ version, main: 'index.js' }))
  write(`node_modules/${path}/index.js`, '')
}

const look = (kind: 'clone' | 'local' | 'global' = 'local') =>
  librariesFrom(join(folder, 'node_modules/embedline/dist/models/libraries.js'), { kind, folder })

test('the versions of package.json are those that are asked for', () => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const { peerDependencies, devDependencies } = JSON.parse(text) as Record<string, Record<string, string>>
  expect(modelLibraries()).toMatchObject({
    areHere: true,
    transformers: { version: peerDependencies?.['@huggingface/transformers'] },
    runtime: { version: devDependencies?.['onnxruntime-node'] },
  })
})

test('the URL of the runtime can be imported', async () => {
  const found = modelLibraries()
  const runtime: unknown = await import(found.areHere ? found.runtime.url : '')
  expect(runtime).toHaveProperty('InferenceSession.create')
})

test('without them it says which is missing and the command that adds it, without the script that reaches outside npm', () => {
  const found = look()
  expect(found).toEqual({
    areHere: false,
    reason: '@huggingface/transformers is not installed',
    command: `ONNXRUNTIME_NODE_INSTALL=skip npm install --prefix '${folder}' @huggingface/transformers@4.3.1`,
  })
})

test('the sentence for callers has a command too, but no folder of this machine', () => {
  const found = look()
  expect(found.areHere ? '' : missingSentence(found)).toBe(
    'Trained models need libraries that are not here (@huggingface/transformers is not installed). Where Embedline is installed: ONNXRUNTIME_NODE_INSTALL=skip npm install @huggingface/transformers@4.3.1 (embedline doctor prints the command with its folder).',
  )
})

test('in a clone npm ci adds them, beside a global package npm’s global installation', () => {
  expect(look('clone')).toMatchObject({ command: `npm ci --prefix '${folder}'` })
  expect(look('global')).toMatchObject({ command: expect.stringContaining('install --global --prefix') })
})

test('another version is not taken for the one whose numbers are known', () => {
  install('@huggingface/transformers', '4.4.0')
  expect(look()).toMatchObject({
    areHere: false,
    reason: '@huggingface/transformers is 4.4.0, this version needs 4.3.1',
  })
})

test.each([
  ['hoisted', 'onnxruntime-node'],
  ['nested, as in a global installation', '@huggingface/transformers/node_modules/onnxruntime-node'],
])('the runtime is found beside transformers: %s', (_, path) => {
  install('@huggingface/transformers', '4.3.1')
  expect(look()).toMatchObject({
    areHere: false,
    reason: expect.stringMatching(/^onnxruntime-node is missing/),
  })
  install(path, '1.30.0')
  write(`node_modules/${path}/${BINARIES}/onnxruntime_binding.node`, '')
  expect(look()).toMatchObject({
    areHere: true,
    runtime: { version: '1.30.0', url: expect.stringContaining(`${path}/index.js`) },
  })
})

test('where the runtime has no binary for this system, no command is promised to help', () => {
  install('@huggingface/transformers', '4.3.1')
  install('onnxruntime-node', '1.30.0')
  const found = look()
  expect(found).toMatchObject({ areHere: false, command: undefined })
  expect(found.areHere ? '' : missingSentence(found)).toBe(
    `Trained models cannot run here: onnxruntime-node 1.30.0 has nothing for ${process.platform} ${process.arch}.`,
  )
})
