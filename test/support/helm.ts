import { execFile } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { access, mkdir, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { openSource } from '../../src/documents/source.ts'
import { readZip, unpack } from '../../src/documents/zip.ts'

const run = promisify(execFile)
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/embedline-helm/', import.meta.url))
const MOST_BYTES = 200e6

/** Whether the package has a Helm that runs here. */
export const hasHelm = process.platform === 'linux' && process.arch === 'x64'

/** Helm's own program, version 3, which lies packed in an npm package; unpacked once. */
async function helmProgram(): Promise<string> {
  const program = join(CACHE, 'helm')
  if (
    await access(program).then(
      () => true,
      () => false,
    )
  )
    return program
  const layer = join(dirname(fileURLToPath(import.meta.resolve('@aws-cdk/asset-kubectl-v20'))), 'layer.zip')
  const source = openSource(layer, 'layer.zip')
  const entry = (await readZip(source)).get('helm/helm')
  if (!entry) throw new Error('the package has no Helm any more')
  await mkdir(CACHE, { recursive: true })
  const half = join(CACHE, `helm-${process.pid}`)
  await pipeline(
    Readable.from(unpack(source, entry, { leftBytes: MOST_BYTES })),
    createWriteStream(half, { mode: 0o755 }),
  )
  await rename(half, program)
  return program
}

/** What Helm prints; fails with what it says. */
export async function helm(...words: readonly string[]): Promise<string> {
  const { stdout } = await run(await helmProgram(), words)
  return stdout
}
