import { posix } from 'node:path'
import { expect, test } from 'vitest'
import { withApp } from '../../../test/support/withApp.ts'

test('the reference is one page that loads scripts and styles of this server alone, without a key', async () => {
  const app = await withApp()
  const response = await fetch(`${app.url}/docs`)
  expect(response.status).toBe(200)
  const html = await response.text()
  expect(response.headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; script-src 'self'; .*connect-src 'self'/,
  )
  expect(html).not.toMatch(/(?:src|href)="(?!\/[^/]|data:)|<script>|<style|\son\w+=/)
  for (const [, path = ''] of html.matchAll(/(?:src|href)="(\/[^"]*)"/g))
    expect([path, (await fetch(app.url + path)).status]).toEqual([path, 200])
})

test('what the reference loads is compressed, kept for ever, and found by its hash only', async () => {
  const app = await withApp()
  const html = await (await fetch(`${app.url}/docs`)).text()
  const path = /src="([^"]*bundle\.js)"/.exec(html)?.[1] ?? ''
  const packed = await fetch(app.url + path, { headers: { 'accept-encoding': 'gzip' } })
  expect(packed.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  expect(packed.headers.get('content-encoding')).toBe('gzip')
  expect(packed.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
  expect(Number(packed.headers.get('content-length'))).toBeLessThan(600_000)
  const plain = await fetch(app.url + path, { headers: { 'accept-encoding': 'identity' } })
  expect(plain.headers.get('content-encoding')).toBeNull()
  expect(await plain.text()).toBe(await packed.text())
  expect((await fetch(`${app.url}/docs/assets/0000/swagger-ui.css`)).status).toBe(404)
  expect((await fetch(app.url + path.replace('swagger-ui-bundle.js', 'package.json'))).status).toBe(404)
})

test('llms.txt says what this is, which doors it has, and where every page is', async () => {
  const app = await withApp()
  const response = await fetch(`${app.url}/llms.txt`, {
    headers: { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'embed.example.org' },
  })
  expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  const text = await response.text()
  expect(text).toMatch(/^# Embedline 1\.2\.3\n\n> /)
  for (const door of ['/v1.3', '/v2', '/v2/ai/openai', '/api'])
    expect(text).toContain(`base URL https://embed.example.org${door},`)
  const links = [...text.matchAll(/\]\(https:\/\/embed\.example\.org([^)]*)\)/g)].map(([, path = '']) => path)
  expect(links).toEqual(
    expect.arrayContaining(['/openapi.json', '/README.md', '/docs/cli.md', '/docs/search.md']),
  )
  for (const path of links) expect([path, (await fetch(app.url + path)).status]).toEqual([path, 200])
})

test('a page is sent as Markdown, and its links lead to pages that are sent too', async () => {
  const app = await withApp()
  const index = await (await fetch(`${app.url}/llms.txt`)).text()
  const paths = [...index.matchAll(/\]\(http:\/\/[^/]+(\/[^)]*\.md)\)/g)].map(([, path = '']) => path)
  expect(paths.length).toBeGreaterThan(10)
  const broken: string[] = []
  for (const path of paths) {
    const response = await fetch(app.url + path)
    expect(response.headers.get('content-type')).toBe('text/markdown; charset=utf-8')
    const text = (await response.text()).replaceAll(/```[^]*?```/g, '')
    for (const [, link = ''] of text.matchAll(/\]\((?!https?:|#)([^)#\s]+\.md)/g)) {
      const target = posix.join(posix.dirname(path), link)
      if (!paths.includes(target)) broken.push(`${path} → ${link}`)
    }
  }
  expect(broken).toEqual([])
})

test('nothing but pages is sent from beside them', async () => {
  const app = await withApp()
  for (const path of [
    '/docs/',
    '/docs/../package.json',
    '/docs/%2e%2e/package.json',
    '/docs/..%2fREADME.md',
    '/docs/no.md',
    '/LICENSE',
    '/docs/decisions',
  ])
    expect([path, (await fetch(app.url + path)).status]).toEqual([path, 404])
})
