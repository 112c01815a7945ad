import { expect, test } from 'vitest'
import { originOf } from './origin.ts'

const HOST = { host: 'inner:8787' }

test.for([
  [HOST, 'http://inner:8787'],
  [{}, ''],
  [{ host: '' }, ''],
  [{ host: 'a"b<c>' }, ''],
  [{ host: '[::1]:80' }, 'http://[::1]:80'],
  [{ host: 'my_app:8787' }, 'http://my_app:8787'],
  [{ ...HOST, 'x-forwarded-proto': 'https' }, 'https://inner:8787'],
  [
    { ...HOST, 'x-forwarded-proto': 'HTTPS', 'x-forwarded-host': 'api.example.org' },
    'https://api.example.org',
  ],
  [{ ...HOST, 'x-forwarded-host': 'first.example:444, second.example' }, 'http://first.example:444'],
  [{ ...HOST, 'x-forwarded-proto': 'https,http' }, 'https://inner:8787'],
  [{ ...HOST, 'x-forwarded-proto': 'javascript' }, 'http://inner:8787'],
  [{ ...HOST, 'x-forwarded-host': 'evil.example/path?' }, 'http://inner:8787'],
  [{ ...HOST, 'x-forwarded-host': 'user@evil.example' }, 'http://inner:8787'],
] as const)('%j is %s', ([headers, origin]) => {
  expect(originOf({ headers, protocol: 'http' })).toBe(origin)
})
