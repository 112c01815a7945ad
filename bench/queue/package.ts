import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const require = createRequire(import.meta.url)

/** A package that only this bench needs: it is in the folder of its own that the bench installs. */
export async function fromHere<Module>(name: string): Promise<Module> {
  const module = (await import(pathToFileURL(require.resolve(name)).href)) as Module & { default?: Module }
  return module.default ?? module
}
