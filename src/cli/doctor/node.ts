import type { Check } from './check.ts'

const NEEDED_MAJOR = 24

/** `nodeVersion` as in `process.versions.node`. */
export function checkNode(nodeVersion: string): Check {
  const major = Number.parseInt(nodeVersion, 10)
  if (major >= NEEDED_MAJOR) return { name: 'Node', state: 'ok', message: nodeVersion }
  return {
    name: 'Node',
    state: 'fail',
    message: `${nodeVersion} is too old`,
    advice: `Start Embedline by its own command, which takes the Node ${NEEDED_MAJOR} that npm installed with it.`,
  }
}
