import { expect, test } from 'vitest'
import { readDisposition } from './contentDisposition.ts'

test.for([
  ['form-data; name="file"; filename="a.mp4"', { name: 'file', filename: 'a.mp4' }],
  ['form-data; name=method', { name: 'method' }],
  ['form-data; filename="a.mp4"; name="file"', { name: 'file', filename: 'a.mp4' }],
  ['form-data; name="file"; filename=""', { name: 'file', filename: '' }],
  ['form-data; name="file"; filename="C:\\dir\\a.mp4"', { name: 'file', filename: 'a.mp4' }],
  ['form-data; name="file"; filename="../../etc/passwd"', { name: 'file', filename: 'passwd' }],
  ['form-data; name="file"; filename="a;b\\"c.mp4"', { name: 'file', filename: 'a;b"c.mp4' }],
  ['form-data; name="file"; filename="a%22b.mp4"', { name: 'file', filename: 'a"b.mp4' }],
  ['form-data; name="file"; filename="Überfall 東京.mp4"', { name: 'file', filename: 'Überfall 東京.mp4' }],
  [`form-data; name="file"; filename="x"; filename*=UTF-8''%C3%BC.mp4`, { name: 'file', filename: 'ü.mp4' }],
  [`form-data; name="file"; filename="x.mp4"; filename*=UTF-8''%ff`, { name: 'file', filename: 'x.mp4' }],
  ['FORM-DATA;NAME="file"', { name: 'file' }],
  ['attachment; name="file"', undefined],
  ['form-data; filename="a.mp4"', undefined],
  ['form-data', undefined],
] as const)('%s', ([header, disposition]) => {
  expect(readDisposition(header)).toEqual(disposition)
})
