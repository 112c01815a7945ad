import { expect, test } from 'vitest'
import { keyPattern } from './keyPattern.ts'

test.each([
  ['*.pdf', ['a.pdf', 'folder/deep/a.pdf', '.pdf'], ['a.pdfx', 'a.PDF', 'a.pdf/b']],
  ['report.txt', ['report.txt', 'a/report.txt'], ['my report.txt', 'report.txt.bak']],
  ['/*.pdf', [], ['a.pdf']],
  ['a/*.pdf', ['a/b.pdf'], ['a/b/c.pdf', 'x/a/b.pdf']],
  ['a/**', ['a/b', 'a/b/c', 'a/'], ['a', 'ab/c']],
  ['**/a/*', ['a/b', 'x/a/b', 'x/y/a/b'], ['a/b/c', 'xa/b']],
  ['a/**/z', ['a/z', 'a/b/z', 'a/b/c/z'], ['a/bz', 'az', 'a/b/cz']],
  ['x**/z', ['x/z', 'xy/z', 'x/y/z'], ['z', 'xz']],
  ['**', ['a', 'a/b', ''], []],
  ['a?c', ['abc', 'a😀c', 'x/aéc'], ['ac', 'abbc']],
  ['a/?', ['a/b'], ['a//', 'a/']],
  ['(a+)[b]{1}.$^|\\', ['(a+)[b]{1}.$^|\\'], ['aab1']],
  ['*a*b*', ['ab', 'xaybz', 'x/ab'], ['ba', 'a/b']],
  ['', [''], ['a']],
])('the pattern %s fits whole keys', (pattern, good, bad) => {
  const fits = keyPattern(pattern)
  expect(good.filter((key) => !fits(key))).toEqual([])
  expect(bad.filter((key) => fits(key))).toEqual([])
})

test('a pattern made to be slow is not', () => {
  const fits = keyPattern(`${'**/*a'.repeat(50)}b`)
  const start = performance.now()
  for (let i = 0; i < 20; i++) expect(fits('a/'.repeat(500))).toBe(false)
  expect(performance.now() - start).toBeLessThan(2_000)
})
