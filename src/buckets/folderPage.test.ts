import { mkdir, mkdtemp, opendir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { folderPage } from './folderPage.ts'
import { compareKeys } from './key.ts'

let folder: string
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'embedline-page-'))))
afterEach(() => rm(folder, { recursive: true, force: true }))

test('pages of a few names go through a folder of many in order, each name once', async () => {
  const names = Array.from({ length: 300 }, (_, i) => String((i * 7919) % 1000))
  await Promise.all(
    names.map((name, i) => (i % 3 === 0 ? mkdir(join(folder, name)) : writeFile(join(folder, name), ''))),
  )
  const found: string[] = []
  let last: string | undefined
  for (;;) {
    const { entries } = await folderPage(
      await opendir(folder),
      (sortName) => last === undefined || compareKeys(sortName, last) > 0,
      13,
    )
    found.push(...entries.map(({ sortName }) => sortName))
    last = entries.at(-1)?.sortName ?? last
    if (entries.length < 13) break
  }
  expect(found).toEqual(names.map((name, i) => (i % 3 === 0 ? `${name}/` : name)).toSorted(compareKeys))
})

test('keys are compared as their UTF-8 bytes are', () => {
  const text = fc.string({ unit: 'binary', maxLength: 4 })
  fc.assert(
    fc.property(text, text, (one, other) => {
      const bytes = Buffer.compare(Buffer.from(one), Buffer.from(other))
      expect(Math.sign(compareKeys(one, other))).toBe(bytes)
    }),
  )
})
