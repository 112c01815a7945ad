// Ends with 0 when node_modules holds what the lock file names, else with 1. Plain JavaScript for the Node that is
// there before ours is installed. npm writes node_modules/.package-lock.json last, so a broken-off install has none.
import { readFileSync } from 'node:fs'

const packagesOf = (path) => JSON.parse(readFileSync(path, 'utf8')).packages

function areInPlace() {
  const wanted = Object.entries(packagesOf('package-lock.json')).filter(([path]) => path !== '')
  const installed = packagesOf('node_modules/.package-lock.json')
  // Optional packages are for one platform each; which of them belong here is npm's decision.
  return wanted.every(([path, { version, optional }]) => {
    const found = installed[path]
    return found === undefined ? optional === true : found.version === version
  })
}

try {
  process.exitCode = areInPlace() ? 0 : 1
} catch {
  process.exitCode = 1
}
