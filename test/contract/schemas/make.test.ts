import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { needTestData } from '../../support/testData.ts'
import { makeSchemas, pathOf, textOf } from './make.ts'

test('the committed schemas are those of the published pages', (context) => {
  needTestData(context, 'seeds')
  for (const { file, schema } of makeSchemas()) expect(readFileSync(pathOf(file), 'utf8')).toBe(textOf(schema))
})
