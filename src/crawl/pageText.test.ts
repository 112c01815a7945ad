import { expect, test } from 'vitest'
import { pageText } from './pageText.ts'

const latin = (text: string) => Buffer.from(text, 'latin1')
const MARKED = (text: string) => Buffer.from(`\uFEFF${text}`)

test('UTF-8 is taken as it is, whatever the header says', () => {
  const bytes = Buffer.from('Größe 中')
  for (const charset of [undefined, 'utf-8', 'iso-8859-1', 'nonsense'])
    expect(pageText(bytes, charset)).toEqual({ text: 'Größe 中', bytes })
})

test('what only the header knows is written down in UTF-8', () => {
  expect(pageText(Buffer.from([0xcf, 0xf0, 0xe8]), 'windows-1251')).toEqual({
    text: 'При',
    bytes: MARKED('При'),
  })
  expect(pageText(Buffer.from([0xc9, 0x72]), 'ISO-8859-1').text).toBe('Ér')
  expect(pageText(Buffer.from([0x93, 0xfa, 0x96, 0x7b]), 'Shift_JIS').bytes).toEqual(MARKED('日本'))
  const jis = Buffer.from('\x1b$BF|K\\\x1b(B', 'latin1')
  expect(pageText(jis, 'iso-2022-jp')).toEqual({ text: '日本', bytes: MARKED('日本') })
})

test('what the page says itself stays as it is', () => {
  const page = latin('<meta charset="windows-1252"><p>Gr\xf6\xdfe')
  expect(pageText(page, undefined)).toEqual({ text: '<meta charset="windows-1252"><p>Größe', bytes: page })
  expect(pageText(page, 'windows-1252').bytes).toBe(page)
  const xml = latin('<?xml version="1.0" encoding="koi8-r"?><a>\xf0\xd2\xc9</a>')
  expect(pageText(xml, undefined).text).toContain('При')
  const marked = Buffer.from('\uFEFFab', 'utf16le')
  expect(pageText(marked, 'utf-8')).toEqual({ text: 'ab', bytes: marked })
  const silent = latin('Gr\xf6\xdfe')
  expect(pageText(silent, undefined)).toEqual({ text: 'Größe', bytes: silent })
})
