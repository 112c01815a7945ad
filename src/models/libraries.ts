import { existsSync, readFileSync } from 'node:fs'
import { createRequire, findPackageJSON } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { installation, type Installation } from '../lib/installation.ts'
import { shellWord } from '../lib/shellWord.ts'

const NAME = '@huggingface/transformers'

/** The numbers of a model depend on it, hence exactly this one. `package.json` names it too. */
const VERSION = '4.3.1'

/** The libraries that run trained models. Few need them and they are large, so the package comes without. */
export type ModelLibraries =
  | {
      areHere: true
      transformers: { version: string }
      /** `url` is what to import: the runtime lies beside transformers, where our own imports may not find it. */
      runtime: { version: string; url: string }
    }
  | {
      areHere: false
      /** What is missing, as a clause. */
      reason: string
      /** The command that adds it; undefined when nothing does on this system. */
      command: string | undefined
    }

/** Looks for the libraries of trained models without loading them. */
export const modelLibraries = (): ModelLibraries => librariesFrom(import.meta.url, installation())

/** Exported for the tests: what the module at `here` finds. */
export function librariesFrom(here: string, where: Installation): ModelLibraries {
  const missing = (reason: string, command?: string): ModelLibraries => ({ areHere: false, reason, command })
  const add = addCommand(where)
  const transformers = manifestOf(NAME, here)
  if (transformers === undefined) return missing(`${NAME} is not installed`, add)
  if (transformers.version !== VERSION)
    return missing(`${NAME} is ${transformers.version}, this version needs ${VERSION}`, add)
  const runtime = manifestOf('onnxruntime-node', transformers.path)
  if (runtime === undefined) return missing(`onnxruntime-node is missing beside ${NAME}`, add)
  if (!hasBinary(dirname(runtime.path)))
    return missing(`onnxruntime-node ${runtime.version} has nothing for ${process.platform} ${process.arch}`)
  const entry = createRequire(transformers.path).resolve('onnxruntime-node')
  return {
    areHere: true,
    transformers: { version: transformers.version },
    runtime: { version: runtime.version, url: pathToFileURL(entry).href },
  }
}

/** The one sentence for whoever asks for a trained model without its libraries. It names no folder: callers read it. */
export const missingSentence = ({ reason, command }: ModelLibraries & { areHere: false }): string =>
  command === undefined
    ? `Trained models cannot run here: ${reason}.`
    : `Trained models need libraries that are not here (${reason}). Where Embedline is installed: ${INSTALL} ${NAME}@${VERSION} (embedline doctor prints the command with its folder).`

/** Without the variable the runtime's install script asks a host outside npm, and fails where it can't. */
const INSTALL = 'ONNXRUNTIME_NODE_INSTALL=skip npm install'

function addCommand({ kind, folder }: Installation): string {
  if (kind === 'clone') return `npm ci --prefix ${shellWord(folder)}`
  const place = `${kind === 'global' ? '--global ' : ''}--prefix ${shellWord(folder)}`
  return `${INSTALL} ${place} ${NAME}@${VERSION}`
}

/** Undefined for a package that `from` (a path or file URL of a module) would not find. */
function manifestOf(name: string, from: string): { path: string; version: string } | undefined {
  try {
    const path = findPackageJSON(name, from)
    if (path === undefined) return undefined
    const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string }
    return { path, version }
  } catch {
    return undefined
  }
}

/** The package has the libraries of all platforms that it knows. */
const hasBinary = (folder: string): boolean =>
  existsSync(join(folder, 'bin/napi-v6', process.platform, process.arch))
