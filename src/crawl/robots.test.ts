import { expect, test } from 'vitest'
import { isAllowed, parseRobots } from './robots.ts'

const allowed = (robots: string, path: string) =>
  isAllowed(parseRobots(robots, 'Embedline'), `https://example.org${path}`)

test('a robot keeps to the groups that name it, and only without one to those for everybody', () => {
  const robots = [
    'User-agent: *',
    'Disallow: /',
    '',
    'User-agent: otherbot',
    'User-agent: EMBEDLINE',
    'Disallow: /own',
    '',
    'user-agent: embedline/2.0',
    'Disallow: /second',
  ].join('\n')
  expect(allowed(robots, '/')).toBe(true)
  expect(allowed(robots, '/own/page')).toBe(false)
  expect(allowed(robots, '/second')).toBe(false)
  expect(isAllowed(parseRobots(robots, 'Someone'), 'https://example.org/')).toBe(false)
  expect(allowed('User-agent: embed\nDisallow: /', '/')).toBe(true)
})

test.for([
  // Source: the examples of RFC 9309, sections 2.2.2, 2.2.3 and 5.
  ['Allow: /example/page/\nDisallow: /example/page/disallowed.gif', '/example/page/', true],
  ['Allow: /example/page/\nDisallow: /example/page/disallowed.gif', '/example/page/disallowed.gif', false],
  ['Disallow: /a\nAllow: /a', '/a', true],
  ['Disallow: *.gif$', '/x/y.gif', false],
  ['Disallow: *.gif$', '/x/y.gif?z', true],
  ['Disallow: /foo/bar?baz=quz', '/foo/bar?baz=quz', false],
  ['Disallow: /foo/bar/ツ', '/foo/bar/%E3%83%84', false],
  ['Disallow: /foo/bar/%e3%83%84', '/foo/bar/%E3%83%84', false],
  ['Disallow: /foo/bar/%62%61%7A', '/foo/bar/baz', false],
  ['Disallow:', '/anything', true],
  ['Disallow: /', '/robots.txt', true],
  ['Disallow: /$', '/', false],
  ['Disallow: /$', '/page', true],
  ['Disallow: /*/private*/x$', '/a/private1/y/x', false],
  ['Disallow: /*/private*/x$', '/private1/x', true],
  ['Disallow: /ab$', '/ab', false],
  ['Disallow: /a*ab$', '/ab', true],
  ['Disallow: /page # not this one\n', '/page', false],
  ['Disallow /page', '/page', true],
] as const)('%s: %s → %s', ([rules, path, expected]) => {
  expect(allowed(`User-agent: *\n${rules}`, path)).toBe(expected)
})

test('odd files are read as far as they make sense', () => {
  expect(allowed('\uFEFFUser-agent: *\r\nDisallow: /a\rDisallow: /b', '/b')).toBe(false)
  expect(allowed('Disallow: /a\nUser-agent: *\nSitemap: x\nUser-agent: y\nDisallow: /b', '/b')).toBe(false)
  expect(allowed('Disallow: /a', '/a')).toBe(true)
  expect(allowed('<!doctype html><p>Not found', '/a')).toBe(true)
  expect(allowed('', '/a')).toBe(true)
})

test('a pattern full of stars costs no time', () => {
  const pattern = `Disallow: /${'*a'.repeat(2_000)}$`
  expect(allowed(`User-agent: *\n${pattern}`, `/${'a'.repeat(1_900)}b`)).toBe(true)
})

test('the delay of the group is read, the longest where there are several', () => {
  const delay = (robots: string) => parseRobots(robots, 'Embedline').delaySec
  expect(delay('User-agent: *\nCrawl-delay: 1.5\nDisallow: /x')).toBe(1.5)
  expect(delay('User-agent: *\nCrawl-delay: 1\n\nUser-agent: *\nCrawl-delay: 3')).toBe(3)
  expect(delay('User-agent: other\nCrawl-delay: 1')).toBeUndefined()
  expect(delay('User-agent: *\nCrawl-delay: soon\nCrawl-delay:')).toBeUndefined()
})
