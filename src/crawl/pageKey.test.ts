import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pageKeys } from './pageKey.ts'
import { pageUrl } from './pageUrl.ts'

test.for([
  ['https://example.org/', 'html', 'example.org/index.html'],
  ['https://example.org/docs/', 'html', 'example.org/docs/index.html'],
  ['https://example.org/docs/start', 'html', 'example.org/docs/start.html'],
  ['https://example.org/docs/start.htm', 'html', 'example.org/docs/start.htm'],
  ['https://example.org/page.php', 'html', 'example.org/page.php.html'],
  ['https://example.org/v1.2', 'html', 'example.org/v1.2.html'],
  ['https://example.org/report.PDF', 'pdf', 'example.org/report.PDF'],
  ['https://example.org/report', 'pdf', 'example.org/report.pdf'],
  ['https://example.org/gr%C3%B6%C3%9Fe/100%25', 'html', 'example.org/größe/100%.html'],
  ['http://127.0.0.1:8080/a', 'txt', '127.0.0.1_8080/a.txt'],
  ['http://[::1]:8080/a', 'txt', '___1__8080/a.txt'],
] as const)('%s as %s is stored under %s', ([url, extension, key]) => {
  expect(pageKeys(url, extension).plain).toBe(key)
})

test('what no plain key can look like has only the one with the digits', () => {
  expect(pageKeys('https://example.org/list?page=2', 'html')).toEqual({
    unique: 'example.org/list-page-2-a1594dcfd9.html',
  })
  for (const path of ['/a//b', '/a%2Fb', '/.git/config', '/a%00', `/${'x'.repeat(241)}`, '/%FF'])
    expect(pageKeys(`https://example.org${path}`, 'txt')).toHaveProperty('unique')
  expect(pageKeys('https://example.org/a//b', 'txt').plain).toBeUndefined()
  expect(pageKeys('https://example.org/%E4%B8%80%E4%BA%8C?x', 'txt').unique).toMatch(
    /^example\.org\/一二-x-[0-9a-f]{10}\.txt$/,
  )
})

test('every key is one that a bucket takes', () =>
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true }), fc.string({ unit: 'binary' }), (base, tail) => {
      const url = pageUrl(`${base}/${tail}`)
      if (url === undefined) return
      const { plain, unique } = pageKeys(url, 'html')
      for (const key of [plain, unique])
        for (const segment of key?.split('/') ?? ['x']) {
          expect(segment).not.toMatch(/^\.{0,2}$|\0/)
          expect(segment.isWellFormed()).toBe(true)
          expect(Buffer.byteLength(segment)).toBeLessThanOrEqual(255)
        }
    }),
  ))
