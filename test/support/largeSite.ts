import { brotliCompressSync, gzipSync } from 'node:zlib'
import { html, redirect, type SitePage } from './site.ts'

/** A site as they are: sections of pages that link each other around, and all that makes crawling hard. */
export interface LargeSite {
  pages: Record<string, SitePage>
  /** How often each path is to be asked for; all others never. */
  asked: Record<string, number>
  /** How many pages of it are to be stored. */
  stored: number
  /** Words, each on one page that is written in its own way. */
  words: readonly string[]
}

const SECTIONS = 8
const PAGES = 26

/** `away` is another host. */
export function largeSite(away: string): LargeSite {
  const site: LargeSite = { pages: {}, asked: {}, stored: 0, words: [] }
  const links: string[] = []
  const add = (path: string, page: SitePage, { times = 1, isStored = true, isLinked = true } = {}) => {
    site.pages[path] = page
    site.asked[path] = times
    if (isStored) site.stored++
    if (isLinked) links.push(path)
  }
  const notStored = { isStored: false }
  add('/robots.txt', { body: 'User-agent: *\nDisallow: /private\n' }, { isStored: false, isLinked: false })
  addSections(add)
  addRedirects(add, away)
  addCopies(add)
  addTraps(add, links)
  addFailures(add)
  addTypes(add, site)
  links.push('/private/a', '/private/b?x=1', '/logo.png', 'mailto:a@b.c', 'javascript:void(0)', `${away}/out`)
  add(
    '/noindex',
    html('do not keep me', ['/behind-noindex'], '<meta name="robots" content="noindex">'),
    notStored,
  )
  add('/behind-noindex', html('behind a page that is not kept'), { isLinked: false })
  add('/', html('The start of it all.', [...links, ...links.map((link) => `${link}#again`)]), {
    isLinked: false,
  })
  return site
}

type Add = (
  path: string,
  page: SitePage,
  how?: { times?: number; isStored?: boolean; isLinked?: boolean },
) => void

const textOf = (section: number, page: number) =>
  `Section ${section} has a page ${page} with words of its own.`

/** A page of a section: it leads to its neighbours, written in several ways. */
function sectionPage(section: number, page: number): string {
  const own = `/s${section}-x`
  const next = `${own}/p${(page + 1) % PAGES}-x?utm_source=here`
  const around = [
    '/',
    `${own}/`,
    next,
    `${own}/../s${section}-x/p${page}-x#top`,
    `/s${(section + 1) % SECTIONS}-x/`,
  ]
  return html(textOf(section, page), around)
}

function addSections(add: Add): void {
  for (let section = 0; section < SECTIONS; section++) {
    const paths = Array.from({ length: PAGES }, (_, page) => `p${page}-x`)
    add(`/s${section}-x/`, html(`Section ${section}.`, paths))
    for (const [page, path] of paths.entries())
      add(`/s${section}-x/${path}`, sectionPage(section, page), { isLinked: false })
  }
}

function addRedirects(add: Add, away: string): void {
  const aside = { isStored: false, isLinked: false }
  for (const [page, status] of [301, 302, 303, 307, 308].entries())
    add(`/old-${status}`, redirect(`/s0-x/p${page}-x`, status), { isStored: false })
  add('/chain', redirect('/chain/b'), { isStored: false })
  add('/chain/b', redirect('/s1-x/p1-x'), aside)
  add('/round', redirect('/round/b'), { isStored: false })
  add('/round/b', redirect('/round'), aside)
  add('/away', redirect(`${away}/`), { isStored: false })
}

function addCopies(add: Add): void {
  for (let page = 0; page < 5; page++) {
    add(`/copy/${page}x`, sectionPage(2, page), { isStored: false })
    const head = `<link rel="canonical" href="/s3-x/p${page}-x">`
    add(`/print/${page}x`, html(`For a printer: ${textOf(3, page)}`, [], head), { isStored: false })
  }
}

function addTraps(add: Add, links: string[]): void {
  // A calendar without an end, as deep as links are followed.
  for (let month = 1; month <= 5; month++)
    add(`/calendar/${month}`, html(`The month ${month}.`, [`/calendar/${month + 1}`]), {
      isLinked: month === 1,
    })
  add('/deep/', html('It goes deep.', ['deep/']))
  add('/deep/deep/', html('It goes deeper.', ['deep/']), { isLinked: false })
  for (let page = 1; page <= 60; page++) {
    if (page <= 50) add(`/list?page=${page}`, html(`The list, part ${page}.`))
    else links.push(`/list?page=${page}`)
  }
  add('/sorted?a=1&b=2', html('In any order.'))
  links.push('/sorted?b=2&a=1', '/sorted?a=1&b=2&utm_campaign=x')
  add('/session', html('One for all readers.', ['/session?PHPSESSID=3']))
  links.push('/session?PHPSESSID=1', '/session;jsessionid=2')
}

function addFailures(add: Add): void {
  let asked = 0
  const broken = { times: 2, isStored: false }
  add('/broken', { status: 500 }, broken)
  add('/cut', (_request, response) => response.destroy(), broken)
  add('/gone', { status: 404 }, { isStored: false })
  add('/huge', { body: 'x'.repeat(11 * 1024 * 1024) }, { isStored: false })
  add(
    '/flaky',
    (_request, response) => {
      asked++
      response.writeHead(asked === 1 ? 503 : 200, { 'content-type': 'text/html' }).end(html('Now it works.'))
    },
    { times: 2 },
  )
  add('/slow', (_request, response) => {
    response.setHeader('content-type', 'text/html').write(html('Slowly '))
    setTimeout(() => response.end('<p>but surely.</p>'), 100)
  })
}

function addTypes(add: Add, site: LargeSite): void {
  const words: string[] = []
  const written = (
    path: string,
    word: string,
    type: string,
    body: string | Uint8Array,
    more: object = {},
  ) => {
    words.push(word)
    add(path, { body, headers: { 'content-type': type, ...more } })
  }
  const latin = (text: string) => Buffer.from(text, 'latin1')
  const page = (word: string) => html(`The word is ${word}.`)
  add('/picture', { body: 'no text', headers: { 'content-type': 'image/png' } }, { isStored: false })
  written('/notes.txt', 'marigold', 'text/plain', 'The word is marigold.')
  written('/data', 'turmeric', 'application/json', '{"word":"turmeric"}')
  written('/table.csv', 'cardamom', 'text/csv', 'name,word\nspice,cardamom\n')
  written('/gzip', 'saffron', 'text/html', gzipSync(page('saffron')), { 'content-encoding': 'gzip' })
  written('/brotli', 'paprika', 'text/html', brotliCompressSync(page('paprika')), {
    'content-encoding': 'br',
  })
  written('/latin', 'größte', 'text/html; charset=iso-8859-1', latin(page('gr\xf6\xdfte')))
  written(
    '/meta',
    'früheste',
    'text/html',
    latin(html('The word is fr\xfcheste.', [], '<meta charset="windows-1252">')),
  )
  written('/cyrillic', 'слово', 'text/html; charset=windows-1251', latin(page('\xf1\xeb\xee\xe2\xee')))
  written('/utf16', 'žlutý', 'text/html', Buffer.from(`\uFEFF${page('žlutý')}`, 'utf16le'))
  written('/wrong', 'příliš', 'text/html; charset=iso-8859-1', page('příliš'))
  site.words = words
}
