// Ends with 0 when node_modules holds what the lock file names, else with 1. Plain JavaScript for the Node that is
// there before ours is installed.
import { existsSync, readFileSync } from 'node:fs'

const packagesOf = (path) => JSON.parse(readFileSync(path, 'utf8')).packages

// npm's own record alone does not prove it: `npm ci` begins by removing the packages, but not the record.
const isInPlace = (path, version, record) =>
  record[path]?.version === version && existsSync(`${path}/package.json`)

function areInPlace() {
  const record = packagesOf('node_modules/.package-lock.json')
  return Object.entries(packagesOf('package-lock.json'))
    .filter(([path]) => path !== '')
    .every(([path, { version, optional }]) => {
      // Optional packages are for one platform each; which of them belong here is npm's decision.
      const isElsewhere = optional === true && record[path] === undefined
      return isElsewhere || isInPlace(path, version, record)
    })
}

try {
  process.exitCode = areInPlace() ? 0 : 1
} catch {
  process.exitCode = 1
}
