import { expect, test } from 'vitest'
import { readSources, toSource, withoutComments, type Source } from './sources.ts'

// Imports go down only. Rooms on one floor do not know each other, but for the ground and the top, which are one room each.
const FLOORS: Readonly<Record<string, number>> = {
  domain: 0,
  lib: 0,
  queue: 1,
  store: 1,
  buckets: 1,
  search: 1,
  objects: 1,
  media: 1,
  documents: 1,
  models: 1,
  crawl: 1,
  modelFiles: 1,
  remote: 1,
  fetch: 1,
  telemetry: 1,
  tasks: 2,
  compute: 2,
  http: 3,
  client: 3,
  cli: 4,
}
const TOP = 4

const sources = readSources()

/** The folder below `src`; files that lie in `src` itself are of the top floor, as `cli` is. */
const roomOf = (path: string): string => /^src\/([^/]+)\//.exec(path)?.[1] ?? 'cli'
const floorOf = (path: string): number => FLOORS[roomOf(path)] ?? Number.NaN

const ours = ({ imports }: Source) => imports.filter((path) => path.startsWith('src/'))

/** `[importing file, imported file]` of every import that `isWrong`. */
const importsThat = (isWrong: (from: string, to: string) => boolean) =>
  sources.flatMap((source) =>
    ours(source)
      .filter((to) => isWrong(source.path, to))
      .map((to) => `${source.path} → ${to}`),
  )

test('every room has a floor', () => {
  expect(sources.map(({ path }) => path).filter((path) => Number.isNaN(floorOf(path)))).toEqual([])
})

test('imports go down only', () => {
  expect(importsThat((from, to) => floorOf(to) > floorOf(from))).toEqual([])
})

test('rooms on one floor do not know each other', () => {
  const isNeighbour = (from: string, to: string) =>
    floorOf(from) === floorOf(to) && roomOf(from) !== roomOf(to) && ![0, TOP].includes(floorOf(from))
  expect(importsThat(isNeighbour)).toEqual([])
})

test('the doors do not know each other', () => {
  const doorOf = (path: string) => /^src\/http\/([^/]+)\//.exec(path)?.[1]
  const doors = ['twelvelabs', 'telnyx', 'openai', 'native', 'site']
  const isOther = (from: string, to: string) =>
    doors.includes(doorOf(from) ?? '') && doors.includes(doorOf(to) ?? '') && doorOf(from) !== doorOf(to)
  expect(importsThat(isOther)).toEqual([])
})

test('no file imports itself by a detour', () => {
  const byPath = new Map(sources.map((source) => [source.path, source]))
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]) => {
    if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
    if (done.has(path) || trail.includes(path)) return
    for (const next of ours(byPath.get(path) ?? toSource(path, ''))) visit(next, [...trail, path])
    done.add(path)
  }
  for (const { path } of sources) visit(path, [])
  expect(cycles).toEqual([])
})

test('only the configuration reads the environment', () => {
  const readers = sources.filter(({ text }) => /\bprocess\s*(\?\.|\.)\s*env\b/.test(withoutComments(text)))
  expect(readers.map(({ path }) => path)).toEqual(['src/config.ts'])
})

// Only imports are rewritten when the sources are compiled for the npm package.
test('modules that threads and processes start with are named by moduleBeside', () => {
  const named = sources.filter(({ text }) => /new URL\([^)]*\.ts\b/.test(withoutComments(text)))
  expect(named.map(({ path }) => path)).toEqual([])
})

test('no word of a wire dialect is spoken below the doors', () => {
  const wire =
    /embedding_(?:option|scope|type)|base64_string|input_type|media_source|page_limit|marengo|twelvelabs|telnyx/i
  const speakers = sources
    .filter(({ path }) => floorOf(path) < 3)
    .flatMap(({ path, text }) =>
      wire.test(withoutComments(text)) ? [`${path}: ${wire.exec(text)?.[0]}`] : [],
    )
  expect(speakers).toEqual([])
})

test('no room has a name that says nothing about what is inside', () => {
  const empty = /\/(?:utils?|helpers?|common|services?|managers?|types?|misc)(?:\/|\.ts$)/
  expect(sources.map(({ path }) => path).filter((path) => empty.test(path))).toEqual([])
})

test('imports of every form are seen', () => {
  const text = [
    `import { a } from './a.ts'`,
    `import type {\n  B,\n} from '../b.ts'`,
    `export * from './c.ts'`,
    `import './d.ts'`,
    `const e = await import('./e.ts')`,
    `import fs from 'node:fs'`,
    `const notAnImport = "from './f.ts'"`,
  ].join('\n')
  expect(toSource('src/room/file.ts', text).imports.toSorted()).toEqual([
    'src/b.ts',
    'src/room/a.ts',
    'src/room/c.ts',
    'src/room/d.ts',
    'src/room/e.ts',
  ])
})
