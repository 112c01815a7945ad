import { expect, test } from 'vitest'
import { saysTooLong, serverWords } from './serverWords.ts'

test.for([
  ['{"error":{"message":"wrong","type":"invalid_request_error"}}', 'wrong'],
  ['{"error":"wrong","error_type":"Validation"}', 'wrong'],
  ['{"object":"error","message":"wrong","code":400}', 'wrong'],
  ['{"detail":[{"loc":["body"],"msg":"wrong","input":"what was sent"}]}', 'wrong'],
  ['"wrong"', 'wrong'],
  ['  wrong,\n  all of it ', 'wrong, all of it'],
  ['<html><body>wrong</body></html>', ''],
  ['{"status": 400}', ''],
  ['{"error": {"code": 7}}', ''],
  ['Traceback (most recent call last):\n  File "/srv/app/main.py", line 3, in embed\nKeyError', 'KeyError'],
  ['{"error":"TypeError: wrong\\n    at embed (/srv/app/main.js:3:7)"}', 'TypeError: wrong'],
  ['cannot open /srv/models/e5/model.onnx', 'cannot open …'],
  ['no model BAAI/bge-m3 at /v1/embeddings', 'no model BAAI/bge-m3 at /v1/embeddings'],
  ['', ''],
] as const)('what people are told of %s', ([body, words]) => {
  expect(serverWords(body, undefined)).toBe(words)
})

test('words are few, and never hold the key', () => {
  expect(serverWords('x'.repeat(1_000), undefined)).toHaveLength(201)
  const said = serverWords('{"error":"got Bearer k-9 and k-9, not bearer other"}', 'k-9')
  expect(said).toBe('got Bearer … and …, not Bearer …')
})

test.for([
  'Input validation error: `inputs` must have less than 512 tokens. Given: 600',
  "This model's maximum context length is 8192 tokens, however you requested 25701 tokens",
  'the input length exceeds the context length',
  'input length exceeds maximum context length',
  'input is too large to process, please increase the physical batch size',
  'Too many tokens in batch. Max is 16384 got 17555',
  'Requested 453357 tokens, max 300000 tokens per request',
])('this says that a text is too long: %s', (words) => {
  expect(saysTooLong(words)).toBe(true)
})

test.for([
  'batch size 64 > maximum allowed batch size 32',
  'The model `e5` does not exist.',
  'Model is overloaded',
  'unknown parameter: encoding_format',
])('this does not: %s', (words) => {
  expect(saysTooLong(words)).toBe(false)
})
