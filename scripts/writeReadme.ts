import { readFileSync, writeFileSync } from 'node:fs'
import { withMetricsTable } from './metricsTable.ts'
import { withSettingsTable } from './settingsTable.ts'

// Run by `npm run docs`: brings the README's table of settings, and that of metrics, up to date.
const MADE = { 'README.md': withSettingsTable, 'docs/operations.md': withMetricsTable }

for (const [path, renew] of Object.entries(MADE)) {
  const file = new URL(`../${path}`, import.meta.url)
  writeFileSync(file, renew(readFileSync(file, 'utf8')))
}
