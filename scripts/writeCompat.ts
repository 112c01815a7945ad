import { writeFileSync } from 'node:fs'
import { compatPages } from './compatPages.ts'

// Run by `npm run docs`: brings the pages on the contracts' compatibility up to date.
for (const { path, text } of compatPages()) writeFileSync(new URL(`../${path}`, import.meta.url), text)
