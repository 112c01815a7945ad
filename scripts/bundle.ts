import { rename, rm } from 'node:fs/promises'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

// Run after `npm ci` and by the set-up: puts the sources of the main process and its libraries into one file, because
// loading 600 small ones is most of what a start costs. bin/embedline uses it only while no source is newer.
const ROOT = fileURLToPath(new URL('../', import.meta.url))
const FOLDER = `${ROOT}node_modules/.cache/embedline-bundle`
const BUNDLE = `${FOLDER}/main.mjs`

/** Imported by sources of which a server that runs may never need one. */
const LOADED_WHEN_USED = [
  'undici',
  '@aws-sdk/client-s3',
  '@opentelemetry/api',
  '@opentelemetry/exporter-trace-otlp-http',
  '@opentelemetry/resources',
  '@opentelemetry/sdk-trace',
  'js-tiktoken/ranks/cl100k_base',
  'hyparquet-writer',
  'pg',
  'pg-copy-streams',
  'pg-cursor',
  'yazl',
]

/** Large, and used by few. */
const LEFT_OUT = ['sharp', 'twelvelabs-js', '@huggingface/transformers', ...LOADED_WHEN_USED]

const SCRIPT = 'load-when-used:'

const isScript = (id: string | undefined): boolean => id?.startsWith(SCRIPT) === true

/**
 * A bundle of one file imports at the start what is left out of it, also for a source that is itself imported later.
 * Required in place of that, it is loaded with the first source that wants it.
 */
const loadWhenUsed = {
  name: 'load-when-used',
  resolveId: (name: string, importer?: string) =>
    LOADED_WHEN_USED.includes(name) && !isScript(importer) ? SCRIPT + name : undefined,
  load: (id: string) =>
    isScript(id) ? `module.exports = require(${JSON.stringify(id.slice(SCRIPT.length))})` : undefined,
}

/** Files beside a source are found from where the source lies, not from the bundle. */
const keepPlaces = {
  name: 'keep-places',
  transform(code: string, id: string) {
    if (!id.startsWith(`${ROOT}src/`) || !code.includes('import.meta.url')) return undefined
    const place = JSON.stringify(relative(FOLDER, id))
    return code.replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`)
  },
}

async function bundle(): Promise<void> {
  const { build } = await import('rolldown')
  const half = `${FOLDER}/${process.pid}.mjs`
  await build({
    input: `${ROOT}src/cli/main.ts`,
    platform: 'node',
    external: (name, importer) =>
      LEFT_OUT.includes(name) && (!LOADED_WHEN_USED.includes(name) || isScript(importer)),
    plugins: [loadWhenUsed, keepPlaces],
    logLevel: 'silent',
    // One file: a server that runs needs nothing more of it when it is made anew.
    output: { file: half, format: 'esm', codeSplitting: false },
  })
  await rename(half, BUNDLE)
}

// Without the development packages there is no bundler. Everything works without the bundle too, a little later.
await bundle().catch(() => rm(BUNDLE, { force: true }))
