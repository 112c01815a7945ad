import { expect, test } from 'vitest'
import { readPage } from './readPage.ts'
import { robotsWords } from './robotsWords.ts'

const URL_OF_PAGE = 'https://example.org/docs/start'
const read = (html: string) => readPage(html, URL_OF_PAGE, 'Embedline')

test('links are found once each, relative to the page or to its base', async () => {
  const html = `<a href="next">x</a><A HREF='/top#a'>y</A><a href=next#b>z</a><area href="map"><a>none</a>
    <frame src="framed"><a href="mailto:a@b.c">m</a><meta http-equiv="Refresh" content="0; URL='moved'">`
  expect((await read(html)).links).toEqual([
    'https://example.org/docs/next',
    'https://example.org/top',
    'https://example.org/docs/map',
    'https://example.org/docs/framed',
    'https://example.org/docs/moved',
  ])
  const based = `<base href="/other/"><base href="/third/"><a href="a">x</a><link rel="canonical" href="c">`
  expect(await read(based)).toMatchObject({
    links: ['https://example.org/other/a'],
    canonical: 'https://example.org/other/c',
  })
})

test('a link inside of a comment or a script is none, nor is one marked nofollow', async () => {
  const html = `<!-- <a href="a"> --><script>'<a href="b">'</script><a rel="NoFollow external" href="c">c</a>`
  expect((await read(html)).links).toEqual([])
})

test('what a page asks of robots is heard where it is meant for this one', async () => {
  const meta = (name: string, content: string) => read(`<meta name="${name}" content="${content}">`)
  expect(await read('')).toMatchObject({ isIndexed: true, isFollowed: true })
  expect(await meta('ROBOTS', 'NOINDEX')).toMatchObject({ isIndexed: false, isFollowed: true })
  expect(await meta('robots', 'index, nofollow')).toMatchObject({ isIndexed: true, isFollowed: false })
  expect(await meta('embedline', 'none')).toMatchObject({ isIndexed: false, isFollowed: false })
  expect(await meta('otherbot', 'none')).toMatchObject({ isIndexed: true, isFollowed: true })
})

test('the header X-Robots-Tag may name the robots that it is for', () => {
  const words = (...values: string[]) => robotsWords(values, 'Embedline')
  expect(words('noindex, nofollow')).toEqual({ isIndexed: false, isFollowed: false })
  expect(words('otherbot: noindex, nofollow')).toEqual({ isIndexed: true, isFollowed: true })
  expect(words('otherbot: noindex, embedline: nofollow')).toEqual({ isIndexed: true, isFollowed: false })
  expect(words('max-snippet: 20, noindex')).toEqual({ isIndexed: false, isFollowed: true })
  expect(words('unavailable_after: 25 Jun 2030 15:00:00 PST', 'none')).toMatchObject({ isIndexed: false })
})

test('pages that a reader would not tell apart have the same hash', async () => {
  const page = (text: string, more = '') =>
    `<html><head><title>T</title><script>${more}</script></head><body>${more}<p>${text}</p></body></html>`
  const hash = async (html: string) => (await read(html)).textHash
  expect(await hash(page('one  two'))).toBe(await hash(page('one two', '<input type=hidden value=7>')))
  expect(await hash(page('one two'))).not.toBe(await hash(page('one three')))
  expect(await hash('<p> </p><script>x</script>')).toBeUndefined()
})

test('a page of millions of open elements ends soon, and other work gets its turn meanwhile', async () => {
  let turns = 0
  const timer = setInterval(() => turns++, 0)
  expect((await read(`<a href="first">${'<div>'.repeat(1_000_000)}<a href="last">`)).links).toEqual([
    'https://example.org/docs/first',
  ])
  await read('<p>word</p>'.repeat(200_000))
  clearInterval(timer)
  expect(turns).toBeGreaterThan(5)
})
