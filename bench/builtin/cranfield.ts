import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EmbeddingModel } from '../../src/domain/model.ts'
import { rankByWords } from './bm25.ts'
import type { Goal } from './goals.ts'
import { goalsAt } from './goals.ts'
import { ranked } from './ranked.ts'
import { cosine, mean } from './similarity.ts'

export interface Collection {
  /** `id` is the collection's number of the document; the text begins with the title too. */
  documents: { id: number; title: string; text: string }[]
  /** In order; the judgements number them from 1. */
  queries: string[]
  /** Query number to document id to grade, 5 the best. */
  grades: Map<number, Map<number, number>>
}

/** Reads the Cranfield collection: abstracts on aerodynamics, questions and corrected judgements. */
export async function readCranfield(folder: string): Promise<Collection> {
  // Some of the files have the line ends of Windows.
  const read = async (name: string) => (await readFile(join(folder, name), 'utf8')).replaceAll('\r\n', '\n')
  const records = (lines: string) => lines.split(/^\.I /m).slice(1)
  const documents = records(await read('cran.all.1400')).map((record) => ({
    id: Number.parseInt(record, 10),
    title: /^\.T\n([^]*?)^\.A/m.exec(record)?.[1] ?? '',
    text: /^\.W\n([^]*)/m.exec(record)?.[1] ?? '',
  }))
  const queries = records(await read('cran.qry')).map((record) => /^\.W\n([^]*)/m.exec(record)?.[1] ?? '')
  const grades: Collection['grades'] = new Map()
  for (const line of (await read('QRelsCorrectedforTRECeval')).trim().split('\n')) {
    const [query = 0, , document = 0, grade = 0] = line.trim().split(/\s+/).map(Number)
    const ofQuery = grades.get(query) ?? new Map<number, number>()
    grades.set(query, ofQuery.set(document, grade))
  }
  return { documents, queries, grades }
}

/** nDCG@10 with the grades as gains: of the vectors alone, and together with a ranking by words. */
export async function searchGoals(model: EmbeddingModel, collection: Collection): Promise<Goal[]> {
  const { documents, queries } = collection
  const vectors = await model.text(
    documents.map(({ text }) => text),
    'document',
  )
  const queryVectors = await model.text(queries, 'query')
  const byVector = (query: number, length: number) => {
    const vector = queryVectors[query] ?? new Float32Array(length)
    return ranked(vectors.map((each) => cosine(vector, each, length)))
  }
  const lexical = rankByWords(
    documents.map(({ text }) => text),
    queries,
  )
  const together = (query: number) => fused([lexical(query), 1], [byVector(query, 512), 0.5])
  const gain = (order: (query: number) => number[]) =>
    meanGain(collection, (query) => order(query).map((i) => documents[i]?.id ?? 0))
  return [
    ...goalsAt(
      [512, 256, 128],
      'text: Cranfield, nDCG@10',
      (length) => gain((query) => byVector(query, length)),
      [0.425, 0.375, 0.3],
      [0.436, 0.39, 0.32],
    ),
    {
      name: 'text: Cranfield, nDCG@10 with BM25 (ranks joined, .5)',
      measured: gain(together),
      must: 0.51,
      should: 0.52,
    },
  ]
}

// Reciprocal rank fusion with the usual constant 60.
function fused(...orders: readonly (readonly [order: number[], weight: number])[]): number[] {
  const scores: number[] = []
  for (const [order, weight] of orders)
    for (const [rank, document] of order.entries())
      scores[document] = (scores[document] ?? 0) + weight / (60 + rank + 1)
  return ranked(scores)
}

/** nDCG@10 over the queries that are judged; `order` gives documents by their ids, the best first. */
export function meanGain(
  { queries, grades }: Collection,
  order: (query: number) => readonly number[],
): number {
  const gains: number[] = []
  for (const query of queries.keys()) {
    const ofQuery = grades.get(query + 1)
    if (ofQuery === undefined) continue
    const best = [...ofQuery.values()].sort((a, b) => b - a)
    const found = order(query).map((id) => ofQuery.get(id) ?? 0)
    gains.push(discounted(found) / discounted(best))
  }
  return mean(gains)
}

const discounted = (grades: readonly number[]): number =>
  grades.slice(0, 10).reduce((sum, grade, rank) => sum + grade / Math.log2(rank + 2), 0)
