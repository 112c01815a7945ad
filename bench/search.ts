// How fast a bucket of 100,000 chunks and 100,000 clips of 1,000 tasks are searched, the thread and its messages included,
// against the plain loop over the same vectors in the same run. Target: at most 1.3 times the loop. Rounds of all ways
// alternate. `clips` are grouped by asset, three moments of each; `filtered` are those of a tenth of the assets.
import { makeTopList } from '../src/search/topList.ts'
import { dot } from '../src/search/dot.ts'
import { compareNeighbours, type Neighbour } from '../src/search/matrix.ts'
import type { SearchHit, SearchOrder, TaskHit, TaskSearchOrder } from '../src/search/order.ts'
import { openSearch, type Search } from '../src/search/search.ts'
import { chanceFrom } from '../test/support/unitVectors.ts'
import { CLIPS_OF_A_TASK, vectorsOf, wordsOf, type MadeUpChunks } from './search/madeUpChunks.ts'

const TARGET = 1.3
const ROUNDS = 21
const LIMIT = 10
const CHUNKS: MadeUpChunks = { chunks: 100_000, length: 512, topics: 1000 }
const FILE_CHUNKS = 10
const QUERY_WORDS = 8
/** Metadata of a tenth of the assets. */
const TENTH = { accountId: 'a', filter: { number: { lt: CHUNKS.chunks / CLIPS_OF_A_TASK / 10 } } }

const matrix = new Float32Array(CHUNKS.chunks * CHUNKS.length)
let end = 0
for (const vector of vectorsOf(CHUNKS)) {
  matrix.set(vector, end)
  end += CHUNKS.length
}

const search = openSearch({
  loader: { url: new URL('./search/madeUpChunks.ts', import.meta.url).href, settings: CHUNKS },
  memoryBytes: Number.MAX_SAFE_INTEGER,
})
try {
  await measure(search)
} finally {
  await search.close()
}

async function measure(searched: Search) {
  const find: Search['find'] = (order) => searched.find(order)
  const findTasks: Search['findTasks'] = (order) => searched.findTasks(order)
  const chance = chanceFrom(3)
  const times = {
    plain: [] as number[],
    vectors: [] as number[],
    pattern: [] as number[],
    words: [] as number[],
    clips: [] as number[],
    filtered: [] as number[],
  }
  // The first searches load the bucket, which here means to make it up.
  await find(orderOf(0))
  await find({ ...orderOf(0), terms: wordsOf(chance) })
  await findTasks(clipsOrder(orderOf(0).vector))
  let different = 0
  for (let round = 0; round < ROUNDS; round++) {
    const row = Math.floor(chance() * CHUNKS.chunks)
    const order = orderOf(row)
    const terms = Object.fromEntries(Object.entries(wordsOf(chance)).slice(0, QUERY_WORDS))
    let found: readonly SearchHit[] = []
    let wanted: readonly Neighbour[] = []
    times.plain.push(await msOf(async () => (wanted = plainly(order.vector))))
    times.vectors.push(await msOf(async () => ({ hits: found } = await find(order))))
    times.pattern.push(await msOf(() => find({ ...order, keyPattern: 'folder 7*/**' })))
    times.words.push(await msOf(() => find({ ...order, terms })))
    let groups: readonly (readonly TaskHit[])[] = []
    const clips = clipsOrder(order.vector)
    times.clips.push(await msOf(async () => ({ groups } = await findTasks(clips))))
    times.filtered.push(await msOf(() => findTasks({ ...clips, modalities: ['visual'], metadata: TENTH })))
    if (namesOf(found) !== namesOf(wanted)) different++
    if (!areBest(groups, order.vector)) different++
  }
  report(times, different)
}

type Way = 'plain' | 'vectors' | 'pattern' | 'words' | 'clips' | 'filtered'

function report(times: Record<Way, number[]>, different: number) {
  console.log(
    `${CHUNKS.chunks} chunks of ${CHUNKS.length} numbers, the ${LIMIT} nearest: median and least ms`,
  )
  for (const [name, all] of Object.entries(times))
    console.log(
      `${name.padEnd(10)} ${median(all).toFixed(1).padStart(8)} ${Math.min(...all)
        .toFixed(1)
        .padStart(8)}`,
    )
  const ratios = [times.vectors, times.clips, times.filtered].map((all) => median(all) / median(times.plain))
  console.log(
    `ratios ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')} of vectors, clips, filtered (at most ${TARGET}); ${different} answers differ from the plain loop's`,
  )
  if (Math.max(...ratios) > TARGET || different > 0) process.exitCode = 1
}

function orderOf(row: number): SearchOrder {
  const vector = matrix.slice(row * CHUNKS.length, (row + 1) * CHUNKS.length)
  const model = { id: 'made-up', revision: '1' }
  return { bucketId: 1, model, version: 1, vector, vectorWeight: 0.5, limit: LIMIT }
}

function clipsOrder(vector: Float32Array): TaskSearchOrder {
  return { setId: 1, version: 1, vector, groups: LIMIT, moments: 3 }
}

/** Whether these are the best tasks by the plain loop over all of their clips, with the best clips of each. */
function areBest(groups: readonly (readonly TaskHit[])[], query: Float32Array): boolean {
  const tasks = Array.from({ length: CHUNKS.chunks / CLIPS_OF_A_TASK }, (_, task) =>
    Array.from({ length: CLIPS_OF_A_TASK }, (_clip, at) =>
      dot(query, matrix, (task * CLIPS_OF_A_TASK + at) * CHUNKS.length),
    )
      .sort((one, other) => other - one)
      .slice(0, 3),
  )
  const best = tasks.sort(([one = 0], [other = 0]) => other - one).slice(0, LIMIT)
  return JSON.stringify(best) === JSON.stringify(groups.map((hits) => hits.map(({ cosine }) => cosine)))
}

function plainly(query: Float32Array): Neighbour[] {
  const nearest = makeTopList(LIMIT, compareNeighbours)
  let least = Number.NEGATIVE_INFINITY
  for (let row = 0; row < CHUNKS.chunks; row++) {
    const cosine = dot(query, matrix, row * CHUNKS.length)
    if (cosine < least) continue
    nearest.add({ fileId: Math.floor(row / FILE_CHUNKS), ordinal: row % FILE_CHUNKS, cosine })
    least = nearest.last()?.cosine ?? least
  }
  return nearest.sorted()
}

function namesOf(chunks: readonly Neighbour[]): string {
  return chunks.map(({ fileId, ordinal, cosine }) => `${fileId} ${ordinal} ${cosine}`).join()
}

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0
}
