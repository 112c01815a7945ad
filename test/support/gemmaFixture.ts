import { createHash } from 'node:crypto'
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { type Precision, samePrecision } from '../../src/domain/precision.ts'
import { catalogued } from '../../src/modelFiles/catalogue.ts'
import { versionKey, writePins } from '../../src/modelFiles/lockFile.ts'
import { modelFolder } from '../../src/modelFiles/places.ts'
import type { GemmaSettings } from '../../src/models/embeddinggemma/settings.ts'

const FIXTURE = fileURLToPath(new URL('../fixtures/tiny-embeddinggemma2', import.meta.url))

const { id, commit, repository } = catalogued('embeddinggemma-2')

export const GEMMA = { id, revision: commit.slice(0, 12) }

export interface GemmaModels {
  /** Where models lie. */
  folder: string
  /** Where the files of this one lie. */
  place: string
}

/** A models folder as `models pull` leaves it, with the tiny stand-in for EmbeddingGemma 2; it goes with the test. */
export async function gemmaModels(): Promise<GemmaModels> {
  const models = await openGemmaModels()
  onTestFinished(() => rm(models.folder, { recursive: true, force: true }))
  return models
}

/** The same for several tests; whoever opens it removes it. */
export async function openGemmaModels(): Promise<GemmaModels> {
  const folder = await mkdtemp(join(tmpdir(), 'embedline-test-'))
  await placeGemma(folder)
  return { folder, place: modelFolder(folder, { id, commit }) }
}

/** Puts the stand-in into a models folder. */
export async function placeGemma(folder: string): Promise<void> {
  const place = modelFolder(folder, { id, commit })
  await cp(FIXTURE, place, { recursive: true, filter: (path) => !path.endsWith('.mjs') })
  const entries = await readdir(place, { recursive: true, withFileTypes: true })
  const pins = entries
    .filter((entry) => entry.isFile())
    .map(async ({ parentPath, name }) => {
      const path = join(parentPath, name)
      const bytes = await readFile(path)
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      return [path.slice(place.length + 1), { sizeBytes: bytes.length, sha256, origin: 'folder' }] as const
    })
  const files = Object.fromEntries(await Promise.all(pins))
  await writePins(folder, { [versionKey({ id, commit })]: { repository, files } })
}

/** What a server would tell its compute children. */
export const gemmaSettings = (folder: string, precision: Precision = 'fp32'): GemmaSettings => ({
  folder,
  commit,
  precisions: samePrecision(precision),
  imageTokens: 70,
  frameTokens: 70,
  secondsPerFrame: 2,
  threads: 1,
})
