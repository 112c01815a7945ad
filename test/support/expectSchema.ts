import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect } from 'vitest'

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Holds a body against a committed schema of a published contract, by its file: `task.json`, `taskPage.json` … */
export const expectSchema = (file: string, body: unknown): void => expect(fitsSchema(file, body)).toEqual([])

/** What is wrong with a body by a schema, or by a file that has one: nothing when it fits. */
export function fitsSchema(schema: string | object, body: unknown): unknown[] {
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true })
  ajv.addFormat('date-time', RFC3339)
  ajv.addFormat('date', /^\d{4}-\d{2}-\d{2}$/)
  ajv.addFormat('double', true)
  ajv.addFormat('uuid', UUID)
  const validate = ajv.compile(typeof schema === 'string' ? readSchema(schema) : schema)
  return validate(body) ? [] : (validate.errors ?? [])
}

const readSchema = (file: string): object =>
  JSON.parse(
    readFileSync(fileURLToPath(new URL(`../contract/schemas/${file}`, import.meta.url)), 'utf8'),
  ) as object
