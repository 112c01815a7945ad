import { readFileSync, writeFileSync } from 'node:fs'
import { withSettingsTable } from './settingsTable.ts'

// Run by `npm run docs`: brings the README's table of settings up to date.
const path = new URL('../README.md', import.meta.url)
writeFileSync(path, withSettingsTable(readFileSync(path, 'utf8')))
