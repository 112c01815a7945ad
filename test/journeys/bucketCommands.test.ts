import { join } from 'node:path'
import { expect, test } from 'vitest'
import { crawl } from '../../src/cli/buckets/crawl.ts'
import { embed } from '../../src/cli/buckets/embed.ts'
import { list } from '../../src/cli/buckets/list.ts'
import { put } from '../../src/cli/buckets/put.ts'
import { rm } from '../../src/cli/buckets/rm.ts'
import { search } from '../../src/cli/buckets/search.ts'
import type { Command } from '../../src/cli/command.ts'
import { runCommand } from '../support/commandRun.ts'
import { html, site } from '../support/site.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { withServer } from '../support/withServer.ts'

const FILES = {
  'refunds.txt': 'Refunds are paid within ten days of approval.',
  'travel/trains.md': '# Trains\n\nBook second class, unless the journey takes six hours.',
  'travel/ü % #.csv': 'city,hotel\nRome,Aurora\nOslo,Fjord',
  'logo.png': Buffer.from('89504e470d0a1a0a', 'hex'),
}

test('a folder is put into a bucket, embedded, searched, listed and removed from the command line', async () => {
  const server = await withServer()
  const folder = await temporaryFolder(FILES)
  const run = async (command: Command, ...words: string[]) => {
    const { out, code } = await runCommand(command, [
      ...words,
      ...['--data', server.dataFolder, '--key', server.key, '--json'],
    ])
    return { answer: JSON.parse(out) as object, code }
  }

  expect(await run(put, 'handbook', folder)).toEqual({
    answer: { bucket: 'handbook', uploaded: 4, refused: [] },
    code: 0,
  })
  expect(await run(embed, 'handbook')).toMatchObject({
    answer: {
      task: { status: 'partial_success', files_total: 4, files_done: 3, files_failed: 1, files_skipped: 0 },
      failed: [{ filename: 'logo.png', error_reason: 'unsupported_type' }],
    },
    code: 0,
  })
  expect(
    await run(search, 'handbook', 'how', 'are', 'refunds', 'paid', '--hybrid', '--limit', '1'),
  ).toMatchObject({
    answer: { hits: [{ document_chunk: FILES['refunds.txt'], metadata: { filename: 'refunds.txt' } }] },
  })
  expect(await run(search, 'handbook', 'refunds', '--filter', 'travel/*', '--limit', '1')).toMatchObject({
    answer: { hits: [{ metadata: { filename: expect.stringMatching(/^travel\//) } }] },
  })

  await run(rm, 'handbook', 'refunds.txt', 'logo.png')
  await run(put, 'handbook', join(folder, 'refunds.txt'), '--prefix', 'new/')
  expect(await run(list, 'handbook')).toMatchObject({
    answer: {
      files: [
        { key: 'logo.png', status: 'gone' },
        { key: 'new/refunds.txt', status: 'new' },
        { key: 'refunds.txt', status: 'gone' },
        { key: 'travel/trains.md', status: 'success', chunks: 1 },
        { key: 'travel/ü % #.csv', status: 'success' },
      ],
    },
  })
  expect(await run(embed, 'handbook')).toMatchObject({
    answer: { task: { status: 'success', files_done: 1, files_skipped: 2, files_removed: 2 } },
  })
  expect(await run(list)).toMatchObject({ answer: { buckets: [{ name: 'handbook', embedded: true }] } })
  await run(rm, 'handbook', '--embedding')
  expect(await run(list)).toMatchObject({ answer: { buckets: [{ name: 'handbook', embedded: false }] } })
  await expect(run(search, 'handbook', 'refunds')).rejects.toThrow(/handbook is not embedded/)
  await expect(run(embed, 'nowhere')).rejects.toMatchObject({ code: 'not_found' })
})

test('a site is crawled into a new bucket and searched from the command line', async () => {
  const server = await withServer({ 'fetch-allow': '127.0.0.1', 'crawl-delay': '0' })
  const web = await site({
    '/': html('The start of a handbook.', ['/trains', '/missing']),
    '/trains': html('Book second class, unless the journey takes six hours.'),
  })
  const flags = ['--data', server.dataFolder, '--key', server.key]
  const url = `http://127.0.0.1:${web.port}/`
  const { out, code } = await runCommand(crawl, ['handbook', url, ...flags])
  expect(out).toContain(
    'handbook: success, 3 pages, 2 embedded, 0 failed, 0 unchanged, 0 twice, 0 left out, 1 missing',
  )
  expect(code).toBe(0)
  const found = await runCommand(search, ['handbook', 'second', 'class', '--json', '--limit', '1', ...flags])
  expect(JSON.parse(found.out)).toMatchObject({
    hits: [
      {
        metadata: {
          source: `${url}trains`,
          filename: expect.stringMatching(/^127\.0\.0\.1_\d+\/trains\.html$/),
        },
      },
    ],
  })
  const refused = runCommand(crawl, ['handbook', 'http://10.0.0.1/', ...flags])
  await expect(refused).rejects.toThrow(/url: 10\.0\.0\.1 is not on the public/)
})

test('a key that is not the server’s is told, and a bucket name that cannot be is refused', async () => {
  const server = await withServer()
  const folder = await temporaryFolder({ 'a.txt': 'a' })
  const flags = ['--url', server.url, '--key']
  await expect(runCommand(list, [...flags, 'wrong'])).rejects.toMatchObject({ code: 'unauthorized' })
  const put1 = runCommand(put, ['No_Bucket', join(folder, 'a.txt'), ...flags, server.key])
  await expect(put1).resolves.toMatchObject({ code: 1 })
})
