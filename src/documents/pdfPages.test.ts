import { expect, test } from 'vitest'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { madePdf } from '../../test/support/madePdf.ts'
import { temporaryFolder } from '../../test/support/temporaryFolder.ts'
import { needTestData, testData } from '../../test/support/testData.ts'
import { documentFacts, documentType } from './documentType.ts'
import { drawPages, type DrawnPage, type UndrawnPage } from './pdfPages.ts'

const RED = [1, 0, 0] as const

const draw = (file: string, over: object = {}): Promise<(DrawnPage | UndrawnPage)[]> =>
  Array.fromAsync(
    drawPages(file, {
      first: 1,
      last: 3,
      sizeFor: () => ({ width: 100, height: 100 }),
      mostPixels: 1_000_000,
      ...over,
    }),
  )

const pixel = ({ rgba, width }: DrawnPage, x: number, y: number) => [
  ...rgba.subarray((y * width + x) * 4, (y * width + x) * 4 + 4),
]

test('pages are drawn as they look, on white, as large as was wanted at least', async () => {
  const page = { text: 'hello', colour: RED }
  const folder = await temporaryFolder({ 'a.pdf': madePdf([page, page]) })
  const pages = (await draw(join(folder, 'a.pdf'))) as DrawnPage[]
  expect(pages.map(({ page: number, width, height }) => [number, width, height])).toEqual([
    [1, 100, 150],
    [2, 100, 150],
  ])
  expect(pixel(pages[0]!, 10, 10)).toEqual([255, 0, 0, 255])
  expect(pixel(pages[0]!, 90, 10)).toEqual([255, 255, 255, 255])
})

test('a page that is wanted too large is drawn as large as it may be', async () => {
  const folder = await temporaryFolder({ 'a.pdf': madePdf([{ text: 'x', colour: RED }]) })
  const [page] = await draw(join(folder, 'a.pdf'), { sizeFor: () => ({ width: 50_000, height: 50_000 }) })
  expect(page).toMatchObject({ width: 2731, height: 4096 })
})

test('drawing stops when nobody wants it any more', async () => {
  const folder = await temporaryFolder({ 'a.pdf': madePdf([{ text: 'x', colour: RED }]) })
  const signal = AbortSignal.abort()
  await expect(draw(join(folder, 'a.pdf'), { signal })).rejects.toMatchObject({ code: 'aborted' })
})

test('every PDF is drawn, or says why not', async (context) => {
  needTestData(context, 'documents/pdf')
  for (const name of await readdir(testData('documents/pdf'))) {
    const file = testData(`documents/pdf/${name}`)
    if (name === 'password.pdf') {
      await expect(draw(file)).rejects.toMatchObject({ code: 'document_encrypted' })
      await expect(documentFacts(file)).rejects.toMatchObject({ code: 'document_encrypted' })
      continue
    }
    const { pageCount = 0 } = (await documentFacts(file)) ?? {}
    const pages = await draw(file)
    expect([name, pages.length]).toEqual([name, Math.min(3, pageCount)])
    expect([name, pages.filter((page) => !('rgba' in page))]).toEqual([name, []])
  }
}, 60_000)

test('what a file is, its content says', async () => {
  const folder = await temporaryFolder({
    'a.txt': madePdf([{ text: 'x', colour: RED }]),
    'b.pdf': 'just words',
    'c.md': '# words',
    'd.html': '<!doctype html><p>words</p>',
    'e.png': Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    'f.pdf': '%PDF-1.4 and nothing more',
  })
  const typeOf = (name: string) => documentType(join(folder, name), name)
  expect(await Promise.all(['a.txt', 'b.pdf', 'c.md', 'd.html', 'e.png', 'f.pdf'].map(typeOf))).toEqual([
    'pdf',
    'text',
    'text',
    undefined,
    undefined,
    'pdf',
  ])
  await expect(documentFacts(join(folder, 'f.pdf'))).rejects.toMatchObject({ code: 'document_unreadable' })
})
