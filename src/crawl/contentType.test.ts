import { expect, test } from 'vitest'
import { pageType } from './contentType.ts'

test.for([
  ['text/html', { extension: 'html' }],
  ['Text/HTML; Charset="windows-1251"', { extension: 'html', charset: 'windows-1251' }],
  ['application/pdf;version=1.7', { extension: 'pdf' }],
  ['application/ld+json', { extension: 'json' }],
  ['application/rss+xml; charset=utf-8', { extension: 'xml', charset: 'utf-8' }],
  ['image/svg+xml', undefined],
  ['image/png', undefined],
  ['text/css', undefined],
] as const)('%s', ([header, expected]) => {
  expect(pageType(header, 'https://example.org/report.pdf')).toEqual(expected)
})

test('the name decides where the site does not know the type', () => {
  expect(pageType(undefined, 'https://example.org/a/report.PDF?x')).toEqual({ extension: 'pdf' })
  expect(pageType('application/octet-stream', 'https://example.org/page.htm')).toEqual({ extension: 'html' })
  expect(pageType('application/octet-stream', 'https://example.org/tool.exe')).toBeUndefined()
  expect(pageType('', 'https://example.org/')).toBeUndefined()
})
