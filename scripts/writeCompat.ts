import { writeFileSync } from 'node:fs'
import { SECTIONS } from '../test/contract/telnyx/sections.ts'
import { compatPage } from './compatPage.ts'

// Run by `npm run docs`: brings the page on the contract's compatibility up to date.
writeFileSync(new URL('../docs/compat/telnyx.md', import.meta.url), compatPage(SECTIONS))
