import { execFileSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

// Run by `npm pack`: Node does not strip types below node_modules, so the package has JavaScript, in `dist`.
const ROOT = fileURLToPath(new URL('../', import.meta.url))
const DIST = join(ROOT, 'dist')

const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')

rmSync(DIST, { recursive: true, force: true })
execFileSync(process.execPath, [compiler, '--project', join(ROOT, 'tsconfig.package.json')], {
  stdio: 'inherit',
})
// What lies beside the sources and is read at run time.
cpSync(join(ROOT, 'src'), DIST, { recursive: true, filter: (path) => !path.endsWith('.ts') })
