import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { crawlRoom, crawlToEnd, pagesOf, startCrawl } from '../../../test/support/crawls.ts'
import { bucketFiles, embedBucket, never, readBucket, searchTexts } from '../../../test/support/handbook.ts'
import { html, redirect, site } from '../../../test/support/site.ts'
import { makePace } from '../../crawl/pace.ts'
import { deleteEmbeddedBucket } from '../deleteBucket.ts'
import { expireTasks } from '../expire.ts'
import { listFailedPages } from '../getBucket.ts'
import { searchBucket } from '../searchBucket.ts'
import { sweepLeases } from '../sweep.ts'
import { workOn } from '../work.ts'

test('the pages of a site become objects of the bucket, are embedded, and found with their addresses', async () => {
  const web = await site({
    '/': html('start', ['/a', 'docs/', 'https://elsewhere.test/x']),
    '/a': html('a page', ['/#top', '/a?utm_source=x']),
    '/docs/': html('docs', ['one.txt']),
    '/docs/one.txt': { body: 'plain text', headers: { 'content-type': 'text/plain' } },
  })
  const room = await crawlRoom(web)
  const task = await crawlToEnd(room)
  expect(task).toMatchObject({
    state: 'ready',
    fileCount: 4,
    doneCount: 4,
    failedCount: 0,
    goneCount: 0,
    skippedCount: 0,
    crawl: { startUrl: 'http://site.test/', foundCount: 4, fetchedCount: 4, storedCount: 4, failedCount: 0 },
  })
  expect(web.asked).toEqual(['/robots.txt', '/', '/a', '/docs/', '/docs/one.txt'])
  expect((await bucketFiles(room)).map(({ key }) => key)).toEqual([
    'site.test/a.html',
    'site.test/docs/index.html',
    'site.test/docs/one.txt',
    'site.test/index.html',
  ])
  const { results } = await searchBucket(room.parts, room.account, {
    bucket: 'handbook',
    query: 'plain text',
    limit: 1,
  })
  expect(results[0]).toMatchObject({
    key: 'site.test/docs/one.txt',
    sourceUrl: 'http://site.test/docs/one.txt',
    text: 'plain text',
  })
})

test('a page can be found while the crawl still goes on', async () => {
  const links = ['/a', '/b', '/c']
  const web = await site({
    '/': html('start', links),
    ...Object.fromEntries(links.map((path) => [path, html(`page ${path}`)])),
  })
  const room = await crawlRoom(web)
  web.pages.set('/a', (_request, response) => {
    // With this page the slice is over.
    room.clock.advance(3_000)
    response.setHeader('content-type', 'text/html').end(html('found early'))
  })
  const id = await startCrawl(room)
  await workOn(room.parts, (await room.claim())!, never)
  const crawl = await room.claim()
  expect(crawl?.kind).toBe('crawl')
  for (let item = await room.claim(); item; item = await room.claim()) await workOn(room.parts, item, never)
  expect(await searchTexts(room, 'x')).toContainEqual(expect.stringContaining('found early'))
  expect(await readBucket(room, id)).toMatchObject({
    state: 'processing',
    doneCount: 3,
    crawl: { storedCount: 3 },
  })
  await workOn(room.parts, crawl!, never)
  await room.drain()
  expect(await readBucket(room, id)).toMatchObject({ state: 'ready', doneCount: 4 })
})

test('a page that is left when the time of a slice is over waits for the next one', async () => {
  const web = await site({ '/': html('start', ['/a']), '/a': html('a') })
  const room = await crawlRoom(web)
  web.pages.set('/', (_request, response) => {
    room.clock.advance(3_000)
    response.setHeader('content-type', 'text/html').end(html('start', ['/a']))
  })
  const id = await startCrawl(room)
  await workOn(room.parts, (await room.claim())!, never)
  expect(web.asked).toEqual(['/robots.txt', '/'])
  expect(await room.drain()).toEqual(['crawl', 'document', 'document', 'conclude'])
  expect(web.asked).toEqual(['/robots.txt', '/', '/a'])
  expect(await readBucket(room, id)).toMatchObject({ state: 'ready', fileCount: 2 })
})

test('a crawl leaves the other files of the bucket as they are, and an embedding of the bucket finds its pages unchanged', async () => {
  const web = await site({ '/': html('start', ['/a']), '/a': html('a') })
  const room = await crawlRoom(web)
  await embedBucket(room)
  expect(await crawlToEnd(room)).toMatchObject({
    state: 'ready',
    fileCount: 2,
    goneCount: 0,
    skippedCount: 0,
  })
  expect(await searchTexts(room, 'own')).toContain('own')
  expect(await embedBucket(room)).toMatchObject({
    state: 'ready',
    fileCount: 0,
    skippedCount: 3,
    goneCount: 0,
  })
})

test('a second crawl embeds only what has changed', async () => {
  const web = await site({ '/': html('start', ['/a', '/b']), '/a': html('a'), '/b': html('b') })
  const room = await crawlRoom(web)
  await crawlToEnd(room)
  web.pages.set('/b', html('other'))
  room.clock.advance(1_000)
  expect(await crawlToEnd(room)).toMatchObject({
    state: 'ready',
    fileCount: 1,
    doneCount: 1,
    skippedCount: 2,
    crawl: { storedCount: 1, unchangedCount: 2 },
  })
})

test('robots.txt is kept to: its rules, and for a site that cannot say them nothing is asked for', async () => {
  const robots = {
    body: 'User-agent: embedline\nDisallow: /private\n',
    headers: { 'content-type': 'text/plain' },
  }
  const web = await site({
    '/robots.txt': robots,
    '/': html('start', ['/private/a', '/open']),
    '/open': redirect('/private/b'),
  })
  const room = await crawlRoom(web)
  expect(await crawlToEnd(room)).toMatchObject({ state: 'ready', crawl: { skippedCount: 2 } })
  expect(web.asked).toEqual(['/robots.txt', '/', '/open'])
  web.pages.set('/robots.txt', { body: 'User-agent: *\nDisallow: /' })
  expect(await crawlToEnd(room)).toMatchObject({
    state: 'failed',
    failure: { code: 'fetch_refused', message: expect.stringContaining('robots.txt of site.test forbids') },
  })
  web.pages.set('/robots.txt', { status: 503 })
  const id = await startCrawl(room)
  for (let attempt = 0; attempt < 3; attempt++) {
    await room.drain()
    room.clock.advance(60_000)
  }
  expect(await readBucket(room, id)).toMatchObject({
    state: 'failed',
    failure: {
      code: 'fetch_failed',
      message: expect.stringContaining('robots.txt of site.test cannot be had'),
    },
  })
  expect(web.asked.filter((path) => path === '/')).toHaveLength(1)
})

test('a site that asks for time between two requests gets it, and nobody holds the crawl meanwhile', async () => {
  const web = await site({
    '/robots.txt': { body: 'User-agent: *\nCrawl-delay: 4' },
    '/': html('start', ['/a', '/b']),
    '/a': html('a'),
    '/b': { status: 429, headers: { 'retry-after': '30' } },
  })
  const room = await crawlRoom(web)
  Object.assign(room.parts.crawling, { pace: makePace(room.clock) })
  await startCrawl(room)
  const after = async (ms: number) => {
    room.clock.advance(ms)
    await room.drain()
    return web.asked.length
  }
  expect(await after(0)).toBe(2)
  expect(await after(3_999)).toBe(2)
  expect(await after(1)).toBe(3)
  expect(await after(4_000)).toBe(4)
  // The last page wants half a minute.
  expect(await after(29_999)).toBe(4)
  expect(await after(1)).toBe(5)
  expect(web.asked).toEqual(['/robots.txt', '/', '/a', '/b', '/b'])
})

test('what a page asks of robots is done: not kept, its links not followed', async () => {
  const web = await site({
    '/': html('start', ['/noindex', '/nofollow', '/header']),
    '/noindex': html('x', ['/behind'], '<meta name="robots" content="noindex">'),
    '/nofollow': html('y', ['/never'], '<meta name="robots" content="nofollow">'),
    '/header': { body: html('z', ['/never']), headers: { 'x-robots-tag': 'none' } },
    '/behind': html('behind'),
  })
  const room = await crawlRoom(web)
  await crawlToEnd(room)
  expect(await pagesOf(room)).toEqual({
    '/': 'stored',
    '/noindex': 'skipped noindex',
    '/nofollow': 'stored',
    '/header': 'skipped noindex',
    '/behind': 'stored',
  })
})

test('redirects are followed on the site only, and each page is asked for once', async () => {
  const web = await site({
    '/': html('start', ['/old', '/new', '/round', '/away', '/inner', '/self', '/hop/0']),
    '/old': redirect('/new', 302),
    '/new': html('new'),
    '/round': redirect('/round/2'),
    '/round/2': redirect('/round'),
    '/away': redirect('http://elsewhere.test/'),
    '/inner': redirect('http://site.test:8080/'),
    '/self': redirect('/self'),
    ...Object.fromEntries(
      Array.from({ length: 9 }, (_, hop) => [`/hop/${hop}`, redirect(`/hop/${hop + 1}`)]),
    ),
  })
  const room = await crawlRoom(web)
  await crawlToEnd(room)
  expect(await pagesOf(room)).toMatchObject({
    '/old': 'redirected',
    '/new': 'stored',
    '/round': 'redirected',
    '/round/2': 'redirected',
    '/away': 'skipped other_host',
    '/inner': 'skipped other_host',
    '/self': 'failed too_many_redirects',
    '/hop/5': 'failed too_many_redirects',
  })
  expect(new Set(web.asked).size).toBe(web.asked.length)
})

test('the site is where the start page leads to: with www., or https', async () => {
  const web = await site({
    '/': redirect('http://www.site.test/home'),
    'www.site.test/home': html('home', ['http://site.test/a', '/b']),
    'www.site.test/a': html('a'),
    'www.site.test/b': html('b'),
  })
  const room = await crawlRoom(web)
  expect(await crawlToEnd(room)).toMatchObject({ state: 'ready', fileCount: 3 })
  expect(web.asked).toEqual([
    '/robots.txt',
    '/',
    'www.site.test/robots.txt',
    'www.site.test/home',
    'www.site.test/a',
    'www.site.test/b',
  ])
})

test('a start page that leads elsewhere, is not there or answers nothing fails the task, saying so', async () => {
  const web = await site({ '/away': redirect('https://elsewhere.test/'), '/round': redirect('/round') })
  const room = await crawlRoom(web)
  const failure = async (path: string) => (await crawlToEnd(room, `http://site.test${path}`))?.failure
  expect(await failure('/away')).toEqual({
    code: 'fetch_refused',
    message: 'The start page cannot be had: site.test leads to elsewhere.test, which is another site.',
  })
  expect(await failure('/missing')).toMatchObject({
    code: 'fetch_not_found',
    message: 'The start page cannot be had: site.test answered 404.',
  })
  expect(await failure('/round')).toMatchObject({ code: 'fetch_refused' })
  web.pages.set('/picture', { headers: { 'content-type': 'image/png' } })
  expect(await failure('/picture')).toEqual({
    code: 'fetch_not_found',
    message: 'No page of http://site.test/picture could be stored. Left out: unsupported_type 1.',
  })
})

test('the same page under several addresses is stored once', async () => {
  const canonical = '<link rel="canonical" href="/article">'
  const web = await site({
    '/': html('start', ['/print', '/article', '/copy', '/twin', '/broken', '/one', '/lost']),
    '/print': html('the article for a printer', ['/behind-print'], canonical),
    '/article': html('the article', [], canonical),
    '/copy': html('the article'),
    '/twin': html('the same words', [], '<link rel="canonical" href="http://elsewhere.test/twin">'),
    '/behind-print': html('behind'),
    '/broken': html('says it is a page that is not there', [], '<link rel="canonical" href="/gone">'),
    '/one': html('one', [], '<link rel="canonical" href="/two">'),
    '/two': html('two', [], '<link rel="canonical" href="/one">'),
    '/lost': html('lost', [], '<link rel="canonical" href="/lost/">'),
    '/lost/': redirect('/lost'),
  })
  const room = await crawlRoom(web)
  expect(await crawlToEnd(room)).toMatchObject({ state: 'ready', failedCount: 0 })
  expect(await pagesOf(room)).toEqual({
    '/': 'stored',
    '/print': 'duplicate',
    '/article': 'stored',
    '/copy': 'duplicate',
    '/twin': 'stored',
    '/behind-print': 'stored',
    // What it calls itself is not there, so it is asked for again.
    '/broken': 'stored',
    '/gone': 'missing not_found',
    '/one': 'duplicate',
    '/two': 'stored',
    '/lost': 'stored',
    '/lost/': 'redirected',
  })
  const often = web.asked.filter((path, at) => web.asked.indexOf(path) !== at)
  expect(often.toSorted()).toEqual(['/broken', '/lost'])
})

test('single pages that fail are named, and the rest is there', async () => {
  let asked = 0
  const web = await site({
    '/': html('start', ['/broken', '/flaky', '/dead', '/forbidden', '/cut', '/bad-gzip', '/huge', '/bomb']),
    '/broken': { status: 500 },
    '/flaky': (_request, response) => {
      asked++
      response.writeHead(asked === 1 ? 503 : 200, { 'content-type': 'text/html' }).end(html('flaky'))
    },
    '/forbidden': { status: 403 },
    '/cut': (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html', 'content-length': '100' })
      response.write('x')
      setImmediate(() => response.destroy())
    },
    '/bad-gzip': { body: 'no gzip', headers: { 'content-encoding': 'gzip' } },
    '/huge': { body: 'x'.repeat(200_000) },
    '/bomb': { body: gzipSync('x'.repeat(1_000_000)), headers: { 'content-encoding': 'gzip' } },
  })
  const room = await crawlRoom(web)
  Object.assign(room.parts, { limits: { ...room.parts.limits, crawlPageBytes: 100_000 } })
  const task = await crawlToEnd(room)
  expect(task).toMatchObject({
    state: 'partial',
    fileCount: 2,
    doneCount: 2,
    crawl: { foundCount: 9, fetchedCount: 9, storedCount: 2, missingCount: 1, failedCount: 6 },
    failure: { message: expect.stringMatching(/^6 pages could not be had, the first http:\/\/site.test\//) },
  })
  const failed = await listFailedPages(room.parts, task!)
  expect(Object.fromEntries(failed.map(({ url, reason }) => [new URL(url).pathname, reason]))).toEqual({
    '/broken': 'server_error',
    '/forbidden': 'http_status',
    '/cut': 'broken_off',
    '/bad-gzip': 'bad_answer',
    '/huge': 'too_large',
    '/bomb': 'too_large',
  })
  expect(web.asked.filter((path) => ['/broken', '/flaky', '/cut', '/bad-gzip'].includes(path))).toHaveLength(
    8,
  )
  expect(web.asked.filter((path) => ['/dead', '/forbidden', '/huge', '/bomb'].includes(path))).toHaveLength(4)
})

test('packed pages are unpacked, and every charset arrives', async () => {
  const type = (charset: string) => ({ 'content-type': `text/html; charset=${charset}` })
  const web = await site({
    '/': html('start', ['/packed', '/cyrillic', '/japanese']),
    '/packed': { body: gzipSync(html('packed words')), headers: { 'content-encoding': 'gzip' } },
    '/cyrillic': { body: Buffer.from([0xcf, 0xf0, 0xe8]), headers: type('windows-1251') },
    '/japanese': { body: Buffer.from([0x93, 0xfa, 0x96, 0x7b]), headers: type('Shift_JIS') },
  })
  const room = await crawlRoom(web)
  await crawlToEnd(room)
  const texts = (await searchTexts(room, 'x')).join('\n')
  expect(texts).toContain('packed words')
  expect(texts).toContain('При')
  expect(texts).toContain('日本')
})

test('what is no document is left out by its name or its type, and files are stored by theirs', async () => {
  const of = (type: string, body = type) => ({ body, headers: { 'content-type': type } })
  const web = await site({
    '/': html('start', ['/logo.png', '/style', '/data', '/table.csv', '/paper', '/x.zip']),
    '/style': of('text/css'),
    '/data': of('application/json', '{"a":1}'),
    '/table.csv': of('text/csv', 'a,b'),
    '/paper': of('application/pdf', 'pretended'),
  })
  const room = await crawlRoom(web)
  expect(await crawlToEnd(room)).toMatchObject({ state: 'ready', crawl: { storedCount: 4, skippedCount: 3 } })
  expect((await bucketFiles(room)).map(({ key }) => key)).toEqual([
    'site.test/data.json',
    'site.test/index.html',
    'site.test/paper.pdf',
    'site.test/table.csv',
  ])
  expect(web.asked).not.toContain('/logo.png')
})

test('two addresses that would have one key have two', async () => {
  const web = await site({
    '/': html('start', ['/a', '/a.html', '/a.html/b', '/a?x', '/c%2Fd']),
    '/a': html('a'),
    '/a.html': html('a.html'),
    '/a.html/b': html('b'),
    '/a?x': html('x'),
    '/c%2Fd': html('cd'),
  })
  const room = await crawlRoom(web)
  expect(await crawlToEnd(room)).toMatchObject({ state: 'ready', doneCount: 6 })
  const keys = (await bucketFiles(room)).map(({ key }) => key)
  expect(keys).toEqual([
    expect.stringMatching(/^site\.test\/a-html-[0-9a-f]{10}\.html$/),
    expect.stringMatching(/^site\.test\/a-html-b-[0-9a-f]{10}\.html$/),
    expect.stringMatching(/^site\.test\/a-x-[0-9a-f]{10}\.html$/),
    'site.test/a.html',
    expect.stringMatching(/^site\.test\/c-d-[0-9a-f]{10}\.html$/),
    'site.test/index.html',
  ])
  // Each keeps its own.
  expect(await crawlToEnd(room)).toMatchObject({ state: 'ready', fileCount: 0, skippedCount: 6 })
})

test('pages farther than five links are not asked for', async () => {
  const chain = Array.from({ length: 8 }, (_, at) => [
    `/${'abcdefgh'[at]}`,
    html(`page ${at}`, [`/${'abcdefgh'[at + 1]}`]),
  ])
  const web = await site({ '/': html('start', ['/a']), ...Object.fromEntries(chain) })
  const room = await crawlRoom(web)
  await crawlToEnd(room)
  expect(web.asked).toEqual(['/robots.txt', '/', '/a', '/b', '/c', '/d', '/e'])
})

test('a crawl ends at its bound of pages or time, and says so', async () => {
  const many = (count: number) => Array.from({ length: count }, (_, at) => `/page-${at}x`)
  const web = await site({
    '/': html('start', many(20)),
    ...Object.fromEntries(many(20).map((path) => [path, html(path)])),
  })
  const bounded = await crawlRoom(web, { mostPages: 5 })
  expect(await crawlToEnd(bounded)).toMatchObject({
    state: 'ready',
    fileCount: 5,
    crawl: { endedBy: 'pages', fetchedCount: 5, foundCount: 21 },
  })
  const timed = await crawlRoom(web, { mostMs: 10_000 })
  web.pages.set('/page-3x', (_request, response) => {
    timed.clock.advance(10_000)
    response.end()
  })
  expect(await crawlToEnd(timed)).toMatchObject({ state: 'ready', crawl: { endedBy: 'time' } })
})

test('killed between two pages, a crawl goes on without asking for anything twice', async () => {
  const links = ['/a', '/b', '/c']
  const web = await site({
    '/': html('start', links),
    ...Object.fromEntries(links.map((path) => [path, html(path)])),
  })
  const room = await crawlRoom(web)
  const id = await startCrawl(room)
  web.pages.set('/', (_request, response) => {
    room.clock.advance(3_000)
    response.setHeader('content-type', 'text/html').end(html('start', links))
  })
  await workOn(room.parts, (await room.claim())!, never)
  // The next worker dies with its item in hand.
  expect(await room.claim('dead')).toMatchObject({ kind: 'crawl' })
  room.clock.advance(20_000)
  await sweepLeases(room.parts)
  await room.drain()
  expect(web.asked.toSorted()).toEqual(['/', '/a', '/b', '/c', '/robots.txt'])
  expect(await readBucket(room, id)).toMatchObject({ state: 'ready', doneCount: 4 })
})

test('a worker that has lost the crawl writes nothing of it any more', async () => {
  const web = await site({ '/': html('start') })
  const room = await crawlRoom(web)
  const id = await startCrawl(room)
  web.pages.set('/', (_request, response) => {
    room.clock.advance(20_000)
    void sweepLeases(room.parts).then(() => response.setHeader('content-type', 'text/html').end(html('late')))
  })
  await expect(workOn(room.parts, (await room.claim())!, never)).rejects.toMatchObject({ code: 'lease_lost' })
  web.pages.set('/', html('in time'))
  await room.drain()
  expect(await readBucket(room, id)).toMatchObject({ state: 'ready', doneCount: 1 })
  expect(await searchTexts(room, 'x')).toEqual([expect.stringContaining('in time')])
})

test('deleting the embedding of the bucket ends the crawl', async () => {
  const web = await site({ '/': html('start', ['/a']) })
  const room = await crawlRoom(web)
  const id = await startCrawl(room)
  web.pages.set('/', (_request, response) => {
    void deleteEmbeddedBucket(room.parts, room.account.id, 'handbook').then(() =>
      response.setHeader('content-type', 'text/html').end(html('late')),
    )
  })
  await expect(workOn(room.parts, (await room.claim())!, never)).rejects.toMatchObject({ code: 'lease_lost' })
  expect(await room.drain()).toEqual([])
  expect(web.asked).not.toContain('/a')
  expect(await readBucket(room, id)).toMatchObject({ state: 'cancelled' })
  expect(await bucketFiles(room)).toEqual([])
})

test('a bucket that is not there is refused, as is an address that may not be asked, and no task is left', async () => {
  const web = await site({})
  const room = await crawlRoom({
    web: { ...web.web, resolve: async () => [{ address: '10.0.0.1', family: 4 }] },
  })
  await expect(startCrawl(room)).rejects.toMatchObject({
    code: 'fetch_refused',
    field: 'url',
    reason: 'private_address',
  })
  await expect(startCrawl(room, 'ftp://site.test/')).rejects.toMatchObject({ reason: 'bad_scheme' })
  await expect(startCrawl(room, 'http://site.test/', 'no-bucket')).rejects.toMatchObject({
    code: 'not_found',
    field: 'bucket',
  })
  expect(web.asked).toEqual([])
  expect(await room.drain()).toEqual([])
})

test('a name that comes to mean an inner address is not followed there', async () => {
  const web = await site({ '/': html('start', ['/a']), '/a': html('a') })
  let address = '93.184.215.14'
  const room = await crawlRoom({ web: { ...web.web, resolve: async () => [{ address, family: 4 }] } })
  web.pages.set('/', (_request, response) => {
    address = '169.254.169.254'
    response.writeHead(200, { 'content-type': 'text/html', connection: 'close' }).end(html('start', ['/a']))
  })
  expect(await crawlToEnd(room)).toMatchObject({
    state: 'partial',
    crawl: { storedCount: 1, failedCount: 1 },
  })
  expect(await pagesOf(room)).toEqual({ '/': 'stored', '/a': 'failed private_address' })
})

test('the same crawl is not begun twice, another one waits for it, and tasks of the bucket too', async () => {
  const web = await site({ '/': html('start'), '/b': html('b') })
  const room = await crawlRoom(web)
  const first = await startCrawl(room)
  expect(await startCrawl(room, 'http://SITE.test#x')).toBe(first)
  const second = await startCrawl(room, 'http://site.test/b')
  expect(second).not.toBe(first)
  const crawl = await room.claim()
  const waiting = await room.claim('other')
  await workOn(room.parts, waiting!, never)
  expect(web.asked).toEqual([])
  await workOn(room.parts, crawl!, never)
  expect(await room.drain()).toEqual(['document', 'conclude', 'crawl', 'document', 'conclude'])
  expect(await readBucket(room, second)).toMatchObject({ state: 'ready' })
})

test('with its task the pages of a crawl are forgotten; what is embedded stays', async () => {
  const room = await crawlRoom(await site({ '/': html('start', ['/a']), '/a': html('a') }))
  await crawlToEnd(room)
  room.clock.advance(8 * 24 * 3_600_000)
  expect(await expireTasks(room.parts)).toBe(1)
  expect(await pagesOf(room)).toEqual({})
  expect(await room.parts.store.read.selectFrom('crawl').selectAll().execute()).toEqual([])
  expect(await searchTexts(room, 'start')).toHaveLength(2)
})
