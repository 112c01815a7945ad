import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { limitsNamed } from '../domain/limits.ts'
import { readDocument } from './readDocument.ts'

/** The text of a document of these bytes. */
async function textOf(bytes: Uint8Array | string, name = 'file.txt'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'embedline-test-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'file'), bytes)
  const options = { loader: 'default', limits: limitsNamed('ours') } as const
  const pieces = await Array.fromAsync(readDocument(join(folder, 'file'), name, options))
  return pieces.map(({ text }) => text).join('\n')
}

const PDF = `%PDF-1.4
1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj
2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj
3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 300 100]/Contents 5 0 R/Resources<</Font<</F1 4 0 R>>>>>> endobj
4 0 obj <</Type/Font/Subtype/Type1/BaseFont/Helvetica>> endobj
5 0 obj <</Length 43>> stream
BT /F1 12 Tf 20 50 Td (The zebra bill) Tj ET
endstream endobj
trailer <</Root 1 0 R>>
startxref
0
%%EOF
`

test('a PDF is read as one although lines stand before its header', async () => {
  expect(await textOf(`HTTP/1.1 200 OK\n\n${PDF}`, 'bill.pdf')).toBe('The zebra bill')
})

test('a text that quotes the header of a PDF is a text', async () => {
  const text = 'A PDF begins so:\n%PDF-1.4\nand then come its objects.'
  expect(await textOf(text)).toBe(text)
})

test('Japanese that is written in ASCII bytes is read as Japanese', async () => {
  // 日本語 in ISO-2022-JP, in the middle of a text.
  expect(await textOf('ABC \x1b$BF|K\\8l\x1b(B XYZ')).toBe('ABC 日本語 XYZ')
})

test('escape sequences of a terminal are no Japanese', async () => {
  expect(await textOf('\x1b[31mred\x1b(B text, $B 5')).toContain('red')
})
