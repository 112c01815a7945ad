import { expect, test } from 'vitest'
import { filenameOfUrl } from './sourceUrl.ts'

test.each([
  ['https://a.b/folder/My%20clip.mp4?sig=1#t', 'My clip.mp4'],
  ['https://a.b/%C3%9Cberfall.mov', 'Überfall.mov'],
  ['https://a.b/100%.mp4', '100%.mp4'],
  ['https://a.b/a%00%0Ab.mp4', 'ab.mp4'],
  ['https://a.b/folder/', undefined],
  ['https://a.b', undefined],
  [`https://a.b/${'x'.repeat(300)}.mp4`, `${'x'.repeat(251)}.mp4`],
])('%s is named %s', (url, name) => {
  expect(filenameOfUrl(url)).toBe(name)
})
