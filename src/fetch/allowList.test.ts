import { expect, test } from 'vitest'
import { opensAddress, opensPlace, parseAllowList } from './allowList.ts'

test('networks and single addresses open addresses', () => {
  const list = parseAllowList('10.0.0.0/8, 192.168.1.5,fd00::/8 ::1')
  const opened = ['10.1.2.3', '192.168.1.5', 'fd12::1', '::1', '::ffff:10.1.2.3']
  const closed = ['11.0.0.1', '192.168.1.6', 'fe80::1', '127.0.0.1', '::ffff:127.0.0.1']
  expect(opened.filter((address) => !opensAddress(list, address))).toEqual([])
  expect(closed.filter((address) => opensAddress(list, address))).toEqual([])
})

test('a host and port opens that port of that host alone, as URLs spell it', () => {
  const list = parseAllowList('MinIO:9000,[::1]:8080,0x7f.1:81,bücher.example:80')
  const places = [
    { hostname: 'minio', port: 9000 },
    { hostname: '::1', port: 8080 },
    { hostname: '127.0.0.1', port: 81 },
    { hostname: 'xn--bcher-kva.example', port: 80 },
  ]
  expect(places.filter((place) => !opensPlace(list, place))).toEqual([])
  expect(opensPlace(list, { hostname: 'minio', port: 9001 })).toBe(false)
  expect(opensPlace(list, { hostname: 'other', port: 9000 })).toBe(false)
  expect(opensAddress(list, '127.0.0.1')).toBe(false)
})

test('an empty list opens nothing', () => {
  expect(parseAllowList('')).toEqual({ networks: [], places: new Set() })
})

test.each([
  '10.0.0.0/33',
  '10.0.0/8',
  'minio',
  'minio:0',
  'minio:70000',
  'http://minio:80',
  '::1:80/',
  'a b:c',
])('%s is neither a network nor a place', (text) => {
  expect(() => parseAllowList(text)).toThrow('is neither')
})
