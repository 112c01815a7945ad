import { execFile } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/temporaryFolder.ts'
import { limitsNamed } from '../domain/limits.ts'
import { readDocument } from './readDocument.ts'

/** The text of a document of these bytes. */
async function textOf(bytes: Uint8Array | string, name = 'file.txt'): Promise<string> {
  const folder = await temporaryFolder()
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

test('what has taken the place of a file is not read, and does not block', { timeout: 5_000 }, async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'secret'), 'of somebody else')
  await symlink(join(folder, 'secret'), join(folder, 'link'))
  await mkdir(join(folder, 'folder'))
  await promisify(execFile)('mkfifo', [join(folder, 'pipe')])
  const options = { loader: 'default', limits: limitsNamed('ours') } as const
  for (const name of ['link', 'folder', 'pipe', 'nothing'])
    await expect(Array.fromAsync(readDocument(join(folder, name), name, options))).rejects.toMatchObject({
      code: 'file_changed',
    })
})
