import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { compatPages } from '../../scripts/compatPages.ts'
import { withLimitsTable } from '../../scripts/limitsTable.ts'
import { withMetricsTable } from '../../scripts/metricsTable.ts'
import { withSettingsTable } from '../../scripts/settingsTable.ts'
import { EXIT } from '../../src/cli/exit.ts'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

test('the README has the settings as they are (npm run docs)', () => {
  const readme = read('README.md')
  expect(withSettingsTable(readme)).toBe(readme)
})

test('docs/operations.md has the metrics as they are (npm run docs)', () => {
  const page = read('docs/operations.md')
  expect(withMetricsTable(page)).toBe(page)
})

test('the pages on the contracts are those of their tests (npm run docs)', () => {
  for (const { path, text } of compatPages()) expect(read(path)).toBe(text)
})

test('the table of limits is that of the server (npm run docs)', () => {
  const page = read('docs/limits.md')
  expect(withLimitsTable(page)).toBe(page)
})

test('every exit code is documented', () => {
  for (const code of Object.values(EXIT))
    expect(read('docs/cli.md')).toMatch(new RegExp(`^\\| ${code} `, 'm'))
})

test('links between the documents lead somewhere', () => {
  for (const path of [
    'README.md',
    'CONTRIBUTING.md',
    'docs/cli.md',
    'docs/builtin.md',
    'docs/keys.md',
    'docs/limits.md',
  ]) {
    const base = new URL(`../../${path}`, import.meta.url)
    const links = [...read(path).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) => link)
    expect(links.filter((link) => !existsSync(new URL(link, base)))).toEqual([])
  }
})
