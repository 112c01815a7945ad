import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCommand } from '../../../test/support/commandRun.ts'
import {
  scriptedServer,
  type ScriptedAnswer,
  type SeenRequest,
} from '../../../test/support/scriptedServer.ts'
import { temporaryFolder } from '../../../test/support/temporaryFolder.ts'
import { crawl } from './crawl.ts'
import { embed } from './embed.ts'
import { list } from './list.ts'
import { put } from './put.ts'
import { rm } from './rm.ts'
import { search } from './search.ts'

/** A server and the flags that name it. */
async function withAnswers(answer: (request: SeenRequest) => ScriptedAnswer) {
  const { url, seen } = await scriptedServer(answer)
  return { seen, flags: ['--url', url, '--key', 'k'] }
}

const lines = (seen: readonly SeenRequest[]) => seen.map(({ line }) => line)

test('list names the buckets and says which are embedded', async () => {
  const { flags } = await withAnswers(({ line }) =>
    line === 'GET /api/buckets'
      ? { json: { buckets: ['a', 'b'] } }
      : { json: { data: { buckets: ['b', 'old'] } } },
  )
  const { out, code } = await runCommand(list, flags)
  expect(out).toBe('bucket  embedded\na       no\nb       yes\nold     yes\n')
  expect(code).toBe(0)
  expect(JSON.parse((await runCommand(list, [...flags, '--json'])).out)).toEqual({
    buckets: [
      { name: 'a', embedded: false },
      { name: 'b', embedded: true },
      { name: 'old', embedded: true },
    ],
  })
})

test('list of a bucket shows each file, its state, and why it could not be embedded', async () => {
  const objects = ['a.txt', 'b.xlsx', 'new.txt'].map((key) => ({ key, size_bytes: 9 }))
  const embedded = [
    {
      filename: 'a.txt',
      status: 'success',
      size_bytes: 9,
      chunks: 2,
      last_embedded_at: '2026-01-01T00:00:00Z',
    },
    { filename: 'b.xlsx', status: 'failure', size_bytes: 9, chunks: 0, error_reason: 'unsupported_type' },
    { filename: 'gone.txt', status: 'success', size_bytes: 7, chunks: 1 },
  ]
  const { flags, seen } = await withAnswers(({ line }) => {
    if (line.startsWith('GET /v2')) return { json: { data: embedded } }
    return line.includes('?after=b.xlsx')
      ? { json: { objects: objects.slice(2) } }
      : { json: { objects: objects.slice(0, 2), next_after: 'b.xlsx' } }
  })
  const { out } = await runCommand(list, ['hand book', ...flags])
  expect(lines(seen)).toContain('GET /v2/ai/embeddings/buckets/hand%20book')
  expect(lines(seen)).toContain('GET /api/buckets/hand%20book/objects?after=b.xlsx')
  expect(out).toBe(
    'file      status   bytes  chunks  last embedded         reason\n' +
      'a.txt     success  9      2       2026-01-01T00:00:00Z\n' +
      'b.xlsx    failure  9      0       -                     unsupported_type\n' +
      'gone.txt  gone     7      1       -\n' +
      'new.txt   new      9      0       -\n',
  )
})

test('list shows a bucket that is not embedded yet, and refuses one that is not there', async () => {
  const { flags } = await withAnswers(({ line }) =>
    line.includes('/api/buckets/there')
      ? { json: { objects: [{ key: 'a', size_bytes: 1 }] } }
      : { status: 404 },
  )
  expect((await runCommand(list, ['there', ...flags])).out).toContain('a     new')
  await expect(runCommand(list, ['nowhere', ...flags])).rejects.toThrow('there is no bucket nowhere')
})

test('put uploads files under their names and folders under the paths below them', async () => {
  const { flags, seen } = await withAnswers(() => ({}))
  const folder = await temporaryFolder({ 'one.txt': '1', 'docs/zwei ü.txt': '2', 'docs/deep/three.txt': '' })
  await symlink('/etc/passwd', join(folder, 'docs/link'))
  const { out, code } = await runCommand(put, [
    'handbook',
    join(folder, 'one.txt'),
    join(folder, 'docs'),
    ...['--prefix', 'v1/'],
    ...flags,
  ])
  expect(seen.toSorted((a, b) => (a.line < b.line ? -1 : 1)).map(({ line, body }) => [line, body])).toEqual([
    ['PUT /api/buckets/handbook/objects/v1/deep/three.txt', ''],
    ['PUT /api/buckets/handbook/objects/v1/one.txt', '1'],
    ['PUT /api/buckets/handbook/objects/v1/zwei%20%C3%BC.txt', '2'],
  ])
  expect(out).toContain('handbook: 3 of 3 files uploaded\n')
  expect(code).toBe(0)
})

test('put goes on after a file that is refused, and ends with 1', async () => {
  const { flags } = await withAnswers(({ line }) =>
    line.endsWith('/b') ? { status: 413, json: { detail: 'Too large.' } } : {},
  )
  const folder = await temporaryFolder({ a: '', b: '', c: '' })
  const { out, code } = await runCommand(put, ['handbook', folder, '--json', ...flags])
  expect(JSON.parse(out)).toEqual({
    bucket: 'handbook',
    uploaded: 2,
    refused: [{ path: join(folder, 'b'), key: 'b', message: 'the server says: Too large.' }],
  })
  expect(code).toBe(1)
})

test('put shows the first of many files that are refused', async () => {
  const { flags } = await withAnswers(() => ({ status: 400, json: { detail: 'A bad name.' } }))
  const folder = await temporaryFolder(
    Object.fromEntries(Array.from({ length: 22 }, (_, at) => [`${at}`, ''])),
  )
  const { out } = await runCommand(put, ['Bad', folder, ...flags])
  expect(out.split('\n').filter((line) => line.endsWith('A bad name.'))).toHaveLength(20)
  expect(out).toContain('   … and 2 more (--json shows all)\n')
})

test('put stops when no file can be taken', async () => {
  const { flags, seen } = await withAnswers(() => ({ status: 404, json: { detail: 'No such bucket.' } }))
  const folder = await temporaryFolder(
    Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`${at}`, ''])),
  )
  await expect(runCommand(put, ['handbook', folder, ...flags])).rejects.toThrow('No such bucket.')
  expect(seen.length).toBeLessThan(10)
})

test('put names a path that is not there and a key that two files would have', async () => {
  const { flags, seen } = await withAnswers(() => ({}))
  const folder = await temporaryFolder({ 'a/same': '', 'b/same': '' })
  const twice = runCommand(put, ['handbook', join(folder, 'a'), join(folder, 'b'), ...flags])
  await expect(twice).rejects.toThrow('two of the files would have the key same')
  await expect(runCommand(put, ['handbook', '/nowhere', ...flags])).rejects.toThrow('there is no /nowhere')
  await expect(runCommand(put, ['handbook', '/dev/null', ...flags])).rejects.toThrow('is neither a file nor')
  expect(seen).toEqual([])
})

test('rm removes objects, or the embedding, and never guesses which', async () => {
  const { flags, seen } = await withAnswers(() => ({}))
  await runCommand(rm, ['handbook', 'a b.txt', 'c/d', ...flags])
  await runCommand(rm, ['handbook', '--embedding', ...flags])
  expect(lines(seen)).toEqual([
    'DELETE /api/buckets/handbook/objects/a%20b.txt',
    'DELETE /api/buckets/handbook/objects/c/d',
    'DELETE /v2/ai/embeddings/buckets/handbook',
  ])
  await expect(runCommand(rm, ['handbook', ...flags])).rejects.toMatchObject({ code: 'request_invalid' })
  await expect(runCommand(rm, ['handbook', '../x', ...flags])).rejects.toThrow('"../x" is no key')
})

const counts = { files_total: 4, files_done: 2, files_failed: 1, files_skipped: 1, files_removed: 0 }

/** Answers like a server whose task is seen in each of these states, one look after the other. */
function task(...states: string[]) {
  return ({ line }: SeenRequest): ScriptedAnswer => {
    if (line === 'GET /v2/ai/embeddings/buckets/handbook')
      return { json: { data: [{ filename: 'x.bin', status: 'failure', error_reason: 'unsupported_type' }] } }
    const status = line.startsWith('POST') ? 'queued' : states.length > 1 ? states.shift() : states[0]
    return {
      json: {
        data: {
          task_id: 't',
          status,
          ...counts,
          error_message: 'Of x.bin.',
          warnings: [{ message: 'Only words.' }],
        },
      },
    }
  }
}

test('embed creates a task and waits for its end, and lists what could not be embedded', async () => {
  const { flags, seen } = await withAnswers(task('queued', 'processing', 'partial_success'))
  const words = ['handbook', '--chunk-size', '200', '--loader', 'intercom', ...flags]
  const { out, code } = await runCommand(embed, words)
  expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
    bucket_name: 'handbook',
    document_chunk_size: 200,
    loader: 'intercom',
  })
  expect(lines(seen).slice(0, 4)).toEqual([
    'POST /v2/ai/embeddings',
    ...Array(3).fill('GET /v2/ai/embeddings/t'),
  ])
  expect(out).toContain('   handbook: partial_success, 2 embedded, 1 failed, 1 unchanged, 0 removed\n')
  expect(out).toContain('   x.bin: unsupported_type\n   Only words.\n')
  expect(code).toBe(0)
})

test('embed ends with 1 when the task fails', async () => {
  const { flags } = await withAnswers(task('failure'))
  const { out, code } = await runCommand(embed, ['handbook', '--json', ...flags])
  expect(JSON.parse(out)).toEqual({
    bucket: 'handbook',
    task: {
      task_id: 't',
      status: 'failure',
      ...counts,
      error_message: 'Of x.bin.',
      warnings: [{ message: 'Only words.' }],
    },
    failed: [{ filename: 'x.bin', status: 'failure', error_reason: 'unsupported_type' }],
  })
  expect(code).toBe(1)
})

const hit = {
  document_chunk: `Refunds  are paid\nwithin ten days. ${'And more. '.repeat(20)}`,
  distance: 0.21,
  metadata: { filename: 'policy.pdf', certainty: 0.895, loader_metadata: { page: 3, heading: 'Refunds' } },
}

test('search prints the best chunks as a table', async () => {
  const { flags, seen } = await withAnswers(() => ({ json: { data: [hit] } }))
  const words = ['handbook', 'refund', 'policy', '--hybrid', '--filter', '*.pdf', '--min-certainty', '0.5']
  const { out } = await runCommand(search, [...words, '--limit', '7', ...flags])
  expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
    bucket_name: 'handbook',
    query: 'refund policy',
    num_of_docs: 7,
    hybrid: true,
    filter: '*.pdf',
    min_certainty: 0.5,
  })
  expect(out).toBe(
    'certainty  file        where                    text\n' +
      '0.895      policy.pdf  page 3, heading Refunds  Refunds are paid within ten days. And more. And more. And more. And mor…\n',
  )
})

test('search says so when nothing is found', async () => {
  const { flags } = await withAnswers(() => ({ json: { data: [] } }))
  expect((await runCommand(search, ['handbook', 'x', ...flags])).out).toBe('Nothing was found.\n')
})

test('crawl makes the bucket, creates a task and waits, and lists the pages that could not be had', async () => {
  const pages = { found: 9, fetched: 8, duplicate: 1, skipped: 1, missing: 2, failed: 1 }
  const failedPages = [
    { url: 'https://example.org/a', error_reason: 'server_error', error_message: 'It answered 500.' },
  ]
  const answer = task('processing', 'partial_success')
  const { flags, seen } = await withAnswers((request) => {
    if (request.line.startsWith('PUT')) return { json: { bucket: 'handbook' } }
    const { json } = answer(request) as { json: { data: object } }
    if (request.line.endsWith('/t')) Object.assign(json.data, { pages, failed_pages: failedPages })
    return { json }
  })
  const { out, code } = await runCommand(crawl, ['handbook', 'https://example.org', ...flags])
  expect(lines(seen).slice(0, 3)).toEqual([
    'PUT /api/buckets/handbook',
    'POST /v2/ai/embeddings/url',
    'GET /v2/ai/embeddings/t',
  ])
  expect(JSON.parse(seen[1]?.body ?? '')).toEqual({ bucket_name: 'handbook', url: 'https://example.org' })
  expect(out).toContain('   crawling 75 %\n')
  expect(out).toContain(
    '   handbook: partial_success, 8 pages, 2 embedded, 1 failed, 1 unchanged, 1 twice, 1 left out, 2 missing, 1 not to be had\n' +
      '   https://example.org/a: It answered 500.\n' +
      '   x.bin: unsupported_type\n' +
      '   Only words.\n',
  )
  expect(code).toBe(0)
})

test('crawl ends with 1 when nothing could be stored', async () => {
  const { flags } = await withAnswers(task('failure'))
  const { out, code } = await runCommand(crawl, ['handbook', 'https://example.org', '--json', ...flags])
  expect(JSON.parse(out)).toMatchObject({ bucket: 'handbook', task: { status: 'failure' } })
  expect(code).toBe(1)
})

test.for([
  [list, ['a', 'b']],
  [put, ['handbook']],
  [rm, []],
  [embed, []],
  [embed, ['handbook', '--chunk-size', '0']],
  [crawl, ['handbook']],
  [search, ['handbook']],
  [search, ['handbook', 'x', '--limit', '101']],
  [search, ['handbook', 'x', '--min-certainty', 'high']],
] as const)('%o with %o is refused before anything is asked', async ([command, words]) => {
  const { flags, seen } = await withAnswers(() => ({}))
  await expect(async () => runCommand(command, [...words, ...flags])).rejects.toMatchObject({
    code: 'request_invalid',
  })
  expect(seen).toEqual([])
})
