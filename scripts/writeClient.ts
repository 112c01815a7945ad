import { writeFileSync } from 'node:fs'
import { CLIENT_OPERATIONS, clientOperations } from './clientOperations.ts'

// Run by `npm run docs`: makes the types of the client of the description of all routes.
writeFileSync(new URL(`../${CLIENT_OPERATIONS}`, import.meta.url), await clientOperations())
