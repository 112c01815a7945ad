import { readFileSync, writeFileSync } from 'node:fs'
import { withLimitsTable } from './limitsTable.ts'

// Run by `npm run docs`: brings the table of limits up to date.
const path = new URL('../docs/limits.md', import.meta.url)
writeFileSync(path, withLimitsTable(readFileSync(path, 'utf8')))
