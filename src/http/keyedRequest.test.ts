import { expect, test } from 'vitest'
import { keyedRequest, sha256 } from './keyedRequest.ts'

const keyed = (url: string, body: string) => keyedRequest({ method: 'POST', url }, 'key', sha256(body))

test('a request is recognised by its body byte for byte, and by its query as parameters', () => {
  const request = keyed('/v2/ai/embeddings?a=1&b=2', '{"x":1}')
  expect(request).toMatchObject({ key: 'key', method: 'POST', path: '/v2/ai/embeddings' })
  expect(keyed('/v2/ai/embeddings?b=2&a=%31', '{"x":1}')).toEqual(request)
  expect(keyed('/v2/ai/embeddings?a=1&b=2', '{"x": 1}').bodyHash).not.toBe(request.bodyHash)
  expect(keyed('/v2/ai/embeddings?a=1', '{"x":1}').bodyHash).not.toBe(request.bodyHash)
})
