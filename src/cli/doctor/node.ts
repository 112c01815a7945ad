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
    advice: `Start Embedline by bin/embedline after npm ci, which brings Node ${NEEDED_MAJOR}.`,
  }
}
