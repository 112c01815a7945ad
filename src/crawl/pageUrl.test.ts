import { expect, test } from 'vitest'
import { ontoSite, pageUrl } from './pageUrl.ts'

test.for([
  ['HTTP://Example.ORG:80/a/./b/../c#top', 'http://example.org/a/c'],
  ['https://example.org.:443', 'https://example.org/'],
  ['https://example.org/%7euser/%e4%b8%ad%2f', 'https://example.org/~user/%E4%B8%AD%2F'],
  ['https://example.org/ü?q=ü', 'https://example.org/%C3%BC?q=%C3%BC'],
  ['https://example.org/a?', 'https://example.org/a'],
  ['https://example.org/a?&b=2&&a=1&b=1', 'https://example.org/a?a=1&b=2&b=1'],
  ['https://example.org/a?b&a=%20+', 'https://example.org/a?a=%20+&b'],
  ['https://example.org/a?utm_source=x&id=3&fbclid=y&GCLID=z', 'https://example.org/a?id=3'],
  ['https://example.org/a;jsessionid=12AB?PHPSESSID=9', 'https://example.org/a'],
  ['https://example.org/t?sid=0123456789abcdef0123&sid=7', 'https://example.org/t?sid=7'],
  ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
] as const)('%s is %s', ([text, expected]) => {
  expect(pageUrl(text)).toBe(expected)
})

test('an address is taken relative to its page', () => {
  const at = (text: string) => pageUrl(text, 'https://example.org/docs/start?x=1')
  expect(at('next')).toBe('https://example.org/docs/next')
  expect(at('/top')).toBe('https://example.org/top')
  expect(at('?page=2')).toBe('https://example.org/docs/start?page=2')
  expect(at('#here')).toBe('https://example.org/docs/start?x=1')
  expect(at('//other.org/a')).toBe('https://other.org/a')
  expect(at(' next\n')).toBe('https://example.org/docs/next')
})

test('what is no address of a page is none', () => {
  for (const text of [
    'mailto:a@b.c',
    'javascript:void(0)',
    'ftp://x/',
    'https://u:p@example.org/',
    'http://',
  ])
    expect(pageUrl(text, 'https://example.org/')).toBeUndefined()
  expect(pageUrl(`https://example.org/${'a'.repeat(2_000)}`)).toBeUndefined()
})

test('with or without www, by http or https, a page is of the same site; another host or port is not', () => {
  const site = 'https://www.example.org'
  expect(ontoSite('https://www.example.org/a?b', site)).toBe('https://www.example.org/a?b')
  expect(ontoSite('http://example.org/a?b', site)).toBe('https://www.example.org/a?b')
  expect(ontoSite('https://docs.example.org/a', site)).toBeUndefined()
  expect(ontoSite('https://example.org:8443/a', site)).toBeUndefined()
  expect(ontoSite('http://127.0.0.1:81/a', 'http://127.0.0.1:80')).toBeUndefined()
  expect(ontoSite('http://127.0.0.1:81/a', 'http://127.0.0.1:81')).toBe('http://127.0.0.1:81/a')
})
