import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { missingTestData, testData } from '../../test/support/testData.ts'

const PROGRAM = fileURLToPath(new URL('../../test/support/readDocuments.process.ts', import.meta.url))
const LIMIT_MS = 120_000
const SEED = 20_261_122

test.skipIf(missingTestData('documents'))(
  'cut and damaged copies of every document end by chunks or by a failure that we foresaw, and none hangs',
  { timeout: LIMIT_MS + 10_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'embedline-damaged-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const count = await writeDamaged(folder)
    const { lines, complaints } = await readAll(folder)
    expect(complaints).toBe('')
    expect(lines.filter((line) => !/\t(?:\d+ chunks|[a-z]+(?:_[a-z]+)+)$/.test(line))).toEqual([])
    expect(lines).toHaveLength(count)
  },
)

/** Three copies of each document: one that breaks off, two with bits that are not what they were. */
async function writeDamaged(folder: string): Promise<number> {
  const chance = makeChance(SEED)
  const entries = await readdir(testData('documents'), { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  for (const { parentPath, name } of files) {
    const bytes = await readFile(join(parentPath, name))
    await writeFile(join(folder, `cut-${name}`), bytes.subarray(0, chance(bytes.length)))
    for (const copy of [1, 2]) {
      const damaged = Buffer.from(bytes)
      for (let flip = 0; flip < 20 && damaged.length > 0; flip++) {
        const at = chance(damaged.length)
        damaged[at] = (damaged[at] ?? 0) ^ (1 << chance(8))
      }
      await writeFile(join(folder, `flipped${copy}-${name}`), damaged)
    }
  }
  return files.length * 3
}

/** Whole numbers below a bound, the same ones in every run (a linear congruential generator). */
function makeChance(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** In a process of its own, so that one that hangs can be ended. */
async function readAll(folder: string): Promise<{ lines: string[]; complaints: string }> {
  const child = spawn(process.execPath, [PROGRAM, folder], { timeout: LIMIT_MS })
  let output = ''
  let complaints = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
  await new Promise((resolve) => child.once('close', resolve))
  return { lines: output.split('\n').slice(0, -1), complaints }
}
