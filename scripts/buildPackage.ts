import { execFileSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

// Run by `npm pack`: Node does not strip types below node_modules, so the package has JavaScript, in `dist`.
const ROOT = fileURLToPath(new URL('../', import.meta.url))
const DIST = join(ROOT, 'dist')

const require = createRequire(import.meta.url)
const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc')

rmSync(DIST, { recursive: true, force: true })
// The client is also for browsers and for programs in TypeScript: compiled without Node's types, and with declarations.
for (const project of ['tsconfig.package.json', 'tsconfig.client.json'])
  execFileSync(process.execPath, [compiler, '--project', join(ROOT, project)], { stdio: 'inherit' })
// What lies beside the sources and is read at run time.
cpSync(join(ROOT, 'src'), DIST, { recursive: true, filter: (path) => !path.endsWith('.ts') })
// The library that draws the reference: whoever installs the package needs two files of its 12 MB.
for (const name of ['swagger-ui-bundle.js', 'swagger-ui.css'])
  cpSync(require.resolve(`swagger-ui-dist/${name}`), join(DIST, 'http/site/reference', name))
