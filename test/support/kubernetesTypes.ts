import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url))

export interface KubernetesObject {
  apiVersion: string
  kind: string
  metadata: { name: string; labels?: Record<string, string> }
}

/** The packages that have the schemas of what does not belong to Kubernetes itself. */
const PACKAGES: Readonly<Record<string, string>> = {
  'keda.sh': '@kubernetes-models/keda',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
}

const moduleOf = ({ apiVersion, kind }: KubernetesObject): string =>
  `${PACKAGES[apiVersion.split('/')[0] ?? ''] ?? 'kubernetes-models'}/${apiVersion}/${kind}`

/**
 * Fails, with what is wrong, for an object that does not fit its schema, or has a field that its type does not know: the
 * schemas let unknown fields pass, the compiler does not.
 */
export async function checkKubernetes(objects: readonly KubernetesObject[]): Promise<void> {
  for (const object of objects) {
    const models = (await import(moduleOf(object))) as Record<
      string,
      new (facts: object) => { validate(): void }
    >
    const Model = models[object.kind]
    if (!Model) throw new Error(`there is no ${object.kind}`)
    new Model(object).validate()
  }
  await mkdir(CACHE, { recursive: true })
  const folder = await mkdtemp(join(CACHE, 'kubernetes-'))
  try {
    const file = join(folder, 'objects.ts')
    const lines = objects.flatMap((object, at) => [
      `import type { I${object.kind} as Type${at} } from ${JSON.stringify(moduleOf(object))}`,
      `export const object${at}: Type${at} = ${JSON.stringify(object, null, 2)}`,
    ])
    await writeFile(file, `${lines.join('\n')}\n`)
    const compiler = join(
      dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
      'bin/tsc',
    )
    const words = ['--noEmit', '--strict', '--skipLibCheck', '--ignoreConfig', '--types', '']
    const options = ['--module', 'nodenext', '--target', 'esnext']
    await run(process.execPath, [compiler, ...words, ...options, file]).catch(
      ({ stdout }: { stdout: string }) => {
        throw new Error(stdout)
      },
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
