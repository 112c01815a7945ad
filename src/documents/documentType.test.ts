import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/temporaryFolder.ts'
import { documentType } from './documentType.ts'

const MAIL = 'From: a@example.org\nTo: b@example.org\nSubject: Rain\nDate: today\n\nIt rains.\n'

test.each([
  ['plain words', 'It rains.', 'text'],
  ['what looks like a mail', MAIL, 'text'],
  ['what looks like JSON', '{"weather": "rain"}', 'text'],
  ['records', '{"a": 1}\n{"a": 2}\n', 'text'],
  ['XML', '<?xml version="1.0"?><weather>rain</weather>', 'text'],
  ['a page of a site', '<!doctype html><p>rain</p>', undefined],
  ['a drawing', '<svg xmlns="http://www.w3.org/2000/svg"/>', undefined],
  ['subtitles', 'WEBVTT\n\n00:01.000 --> 00:02.000\nrain\n', undefined],
  ['nothing readable', '\0\u0001\u0002\0', undefined],
])('%s in a text file', async (_what, content, type) => {
  const folder = await temporaryFolder({ 'notes.txt': content })
  expect(await documentType(join(folder, 'notes.txt'))).toBe(type)
})
