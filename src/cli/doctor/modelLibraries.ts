import type { ModelLibraries } from '../../models/libraries.ts'
import type { Check } from './check.ts'

/** Says whether trained models can be run. The built-in model needs no libraries. */
export function checkModelLibraries(found: ModelLibraries): Check {
  const name = 'libraries'
  if (found.areHere) {
    const { transformers, runtime } = found
    const message = `transformers ${transformers.version} and onnxruntime ${runtime.version}, for trained models`
    return { name, state: 'ok', message }
  }
  const { reason, command } = found
  const message = `no trained models, only builtin: ${reason}`
  return { name, state: 'warn', message, ...(command !== undefined && { advice: command }) }
}
