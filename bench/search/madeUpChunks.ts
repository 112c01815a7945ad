import type { LoadedRow, LoadedVector, Loader } from '../../src/search/loader.ts'
import { chanceFrom, unitVector } from '../../test/support/unitVectors.ts'
import { noTasks } from '../../test/support/noTasks.ts'

export interface MadeUpChunks {
  chunks: number
  length: number
  /** How many directions the chunks are about. */
  topics: number
}

const CHUNKS_OF_A_FILE = 10
/** Ten minutes in clips of six seconds. */
export const CLIPS_OF_A_TASK = 100
const CHUNKS_OF_A_PAGE = 500
const WORDS = 80
const VOCABULARY = 50_000
/** Chunks of a topic have cosines of about a half. */
const SPREAD = 0.04

/** The module of a search thread: chunks about some topics, with words that are as frequent as they are early. */
export const openLoader = (settings: MadeUpChunks): Loader => ({
  async changes(_source, _since, take) {
    await take({ version: 1, dropped: [], pages: pagesOf(settings) })
    return true
  },
  ...noTasks,
  async taskChanges(_source, _since, take) {
    const pages = clipPagesOf(settings)
    await take({ version: 1, dimension: settings.length, changed: new Set(), pages })
    return true
  },
  assetsWith: async (_accountId, fits) =>
    new Set(
      Array.from({ length: settings.chunks / CLIPS_OF_A_TASK }, (_, task) => task)
        .filter((number) => fits({ number }))
        .map((number) => `asset ${number}`),
    ),
  close: async () => {},
})

function* pagesOf({ chunks, length, topics }: MadeUpChunks): Generator<LoadedRow[]> {
  const vectors = vectorsOf({ chunks, length, topics })
  const chance = chanceFrom(2)
  for (let start = 0; start < chunks; start += CHUNKS_OF_A_PAGE) {
    const count = Math.min(CHUNKS_OF_A_PAGE, chunks - start)
    yield Array.from({ length: count }, (_, i) => {
      const fileId = Math.floor((start + i) / CHUNKS_OF_A_FILE)
      return {
        fileId,
        ordinal: (start + i) % CHUNKS_OF_A_FILE,
        key: `folder ${fileId % 100}/file ${fileId}.txt`,
        vector: vectors.next().value ?? new Float32Array(length),
        termsJson: JSON.stringify(wordsOf(chance)),
      }
    })
  }
}

/** The same vectors as clips of tasks, each of an asset of its own. */
function* clipPagesOf({ chunks, length, topics }: MadeUpChunks): Generator<LoadedVector[]> {
  let clip = 0
  for (const vector of vectorsOf({ chunks, length, topics })) {
    const task = Math.floor(clip / CLIPS_OF_A_TASK)
    const position = (clip++ % CLIPS_OF_A_TASK) * 6000
    yield [
      {
        taskId: `task ${task}`,
        assetId: `asset ${task}`,
        scope: 'clip',
        modality: 'visual',
        position,
        endMs: position + 6000,
        vector,
      },
    ]
  }
}

/** The vectors in the order of the chunks, the same in every run. */
export function* vectorsOf({ chunks, length, topics }: MadeUpChunks): Generator<Float32Array> {
  const chance = chanceFrom(1)
  const centres = Array.from({ length: topics }, () => unitVector(length, chance))
  for (let i = 0; i < chunks; i++)
    yield unitVector(length, chance, centres[Math.floor(chance() * topics)], SPREAD)
}

/** Words by Zipf's law: the one of rank r about 1/r as often as the first. */
export function wordsOf(chance: () => number): Record<string, number> {
  const counts: Record<string, number> = {}
  for (let i = 0; i < WORDS; i++) {
    const word = `word${Math.floor(VOCABULARY ** chance())}`
    counts[word] = (counts[word] ?? 0) + 1
  }
  return counts
}
