import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeWordIndex, type Terms } from './bm25.ts'

interface Chunk {
  fileId: number
  ordinal: number
  terms: Terms
}

/** The formula, document by document. */
function plainly(chunks: readonly Chunk[], query: Terms) {
  const sum = (terms: Terms) => Object.values(terms).reduce((all, count) => all + count, 0)
  const meanLength = chunks.reduce((all, { terms }) => all + sum(terms), 0) / chunks.length
  return chunks
    .map(({ fileId, ordinal, terms }) => {
      let score = 0
      for (const term of Object.keys(query)) {
        const having = chunks.filter((chunk) => Object.hasOwn(chunk.terms, term)).length
        const rarity = Math.log(1 + (chunks.length - having + 0.5) / (having + 0.5))
        const count = Object.hasOwn(terms, term) ? terms[term]! : 0
        score += (rarity * count * 2.2) / (count + 1.2 * (0.25 + (0.75 * sum(terms)) / meanLength))
      }
      return { fileId, ordinal, score }
    })
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score || one.fileId - other.fileId || one.ordinal - other.ordinal)
}

function indexOf(chunks: readonly Chunk[]) {
  const index = makeWordIndex()
  for (const chunk of chunks) index.add(chunk, JSON.stringify(chunk.terms))
  return index
}

test('scores are those of the formula, whatever was removed before', () => {
  const term = fc.constantFrom('wing', 'flow', 'heat', 'shock', 'constructor')
  const terms = fc.dictionary(term, fc.integer({ min: 1, max: 5 }), { maxKeys: 4, noNullPrototype: true })
  fc.assert(
    fc.property(fc.array(terms, { minLength: 1, maxLength: 30 }), terms, fc.nat(5), (all, query, removed) => {
      const chunks = all.map((each, i) => ({ fileId: i % 6, ordinal: i, terms: each }))
      const index = indexOf(chunks)
      index.remove(new Set([removed]))
      const left = chunks.filter(({ fileId }) => fileId !== removed)
      expect(index.documentCount).toBe(left.length)
      const found = index.best(query, 100)
      const wanted = plainly(left, query)
      expect(new Set(found.map(({ ordinal }) => ordinal))).toEqual(
        new Set(wanted.map(({ ordinal }) => ordinal)),
      )
      for (const [i, { score }] of found.entries()) expect(score).toBeCloseTo(wanted[i]!.score, 12)
    }),
  )
})

test('after thousands were removed the index is smaller, and finds the same', () => {
  const chunks = Array.from({ length: 4000 }, (_, i) => ({
    fileId: i % 40,
    ordinal: i,
    terms: { [`word ${i % 97}`]: 1 + (i % 3), common: 1, [`only ${i}`]: 2 },
  }))
  const index = indexOf(chunks)
  const before = index.sizeBytes
  const gone = new Set(Array.from({ length: 30 }, (_, i) => i))
  index.remove(gone)
  const left = chunks.filter(({ fileId }) => !gone.has(fileId))
  expect(index.sizeBytes).toBeLessThan(before / 3)
  const query = { 'word 5': 1, common: 1 }
  const rounded = (found: ReturnType<typeof plainly>) =>
    found.map(({ score, ...chunk }) => ({ ...chunk, score: score.toFixed(9) }))
  expect(rounded(index.best(query, 10))).toEqual(rounded(plainly(left, query).slice(0, 10)))
  expect(index.best({ 'only 3': 1 }, 10)).toEqual([])
  index.add({ fileId: 3, ordinal: 0 }, '{"only 3":1}')
  expect(index.best({ 'only 3': 1 }, 10)).toMatchObject([{ fileId: 3, ordinal: 0 }])
})

test('files that are not wanted are left out, unknown words find nothing, a query word counts once', () => {
  const index = indexOf([
    { fileId: 1, ordinal: 0, terms: { wing: 2 } },
    { fileId: 2, ordinal: 0, terms: { wing: 1, flow: 1 } },
  ])
  expect(index.best({ wing: 1 }, 5, (fileId) => fileId === 2)).toMatchObject([{ fileId: 2 }])
  expect(index.best({ toString: 1, nothing: 1 }, 5)).toEqual([])
  expect(index.best({ wing: 9 }, 5)).toEqual(index.best({ wing: 1 }, 5))
  expect(index.best({}, 5)).toEqual([])
})
