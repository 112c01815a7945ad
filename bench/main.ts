import { readdirSync } from 'node:fs'

const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'main.ts')
  .map((file) => file.slice(0, -'.ts'.length))

const [name, ...rest] = process.argv.slice(2)
if (name === undefined || !names.includes(name)) {
  console.error(`Which bench? npm run bench -- ${names.join(' | ')}`)
  process.exitCode = 2
} else {
  // Each is a program of its own, which finds its arguments where it would find them when run directly.
  process.argv = [process.argv[0] ?? '', new URL(`${name}.ts`, import.meta.url).pathname, ...rest]
  await import(`./${name}.ts`)
}
