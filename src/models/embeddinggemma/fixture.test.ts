import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const GENERATOR = fileURLToPath(
  new URL('../../../test/fixtures/tiny-embeddinggemma2/generate.mjs', import.meta.url),
)

test('the tiny stand-in for the model is what its generator makes, byte for byte', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [GENERATOR, '--verify'])
  expect(stdout).not.toContain('differs')
  expect(stdout).toMatch(/24 files, \d+ bytes/)
})
