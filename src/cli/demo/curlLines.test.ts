import { expect, test } from 'vitest'
import { curlLines } from './curlLines.ts'

const parts = {
  url: 'http://127.0.0.1:1',
  query: undefined,
  frameSec: 3,
  keyFile: 'data/admin.key',
  file: 'my.mp4',
  input: 'video',
} as const

test('the lines upload, look, create, poll, and ask by text and by picture', () => {
  const lines = curlLines({ ...parts, query: 'a storm' })
  expect(lines[0]).toBe('KEY=$(cat data/admin.key)')
  const paths = lines
    .filter((line) => line.includes('curl'))
    .map((line) => /http:\/\/127\.0\.0\.1:1(\S+)$/.exec(line)?.[1])
  expect(paths).toEqual([
    '/v1.3/assets',
    '/v1.3/assets/ASSET',
    '/v1.3/embed-v2/tasks',
    '/v1.3/embed-v2/tasks/TASK',
    '/v1.3/embed-v2',
    '/v1.3/embed-v2',
  ])
})

test('what cannot be asked is left out', () => {
  expect(curlLines({ ...parts, input: 'audio' })).toHaveLength(5)
})
