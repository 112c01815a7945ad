import type { TwelvelabsApi } from 'twelvelabs-js'
import { expect, test } from 'vitest'
import { clipTable, clockTime, hitTable } from './clipTable.ts'
import { toVectors } from './sdkClient.ts'
import { nearestClips, type TaskVector } from './vectors.ts'

const aVector = (changes: Partial<TaskVector>): TaskVector => ({
  option: 'visual',
  scope: 'clip',
  space: 'image',
  startSec: 0,
  endSec: 6,
  vector: [1, 0],
  ...changes,
})

test('the space of a vector is read from the key that the client does not know', () => {
  const row: TwelvelabsApi.EmbeddingData = {
    embedding: [1],
    embeddingOption: 'audio',
    embeddingScope: 'clip',
    startSec: 1,
    endSec: 2,
  }
  expect(toVectors([Object.assign(row, { space: 'audio' })])).toEqual([
    { option: 'audio', scope: 'clip', space: 'audio', startSec: 1, endSec: 2, vector: [1] },
  ])
})

test('only clips of the option and the space of the query are compared, nearest first', () => {
  const vectors = [
    aVector({ startSec: 0, vector: [0, 1] }),
    aVector({ startSec: 6, endSec: 12, vector: [0.8, 0.6] }),
    aVector({ scope: 'asset' }),
    aVector({ option: 'audio' }),
    aVector({ space: 'fused' }),
  ]
  const hits = nearestClips({ space: 'image', vector: [1, 0] }, vectors, 'visual')
  expect(hits.map(({ vector, cosine }) => [vector.startSec, cosine])).toEqual([
    [6, 0.8],
    [0, 0],
  ])
  expect(hitTable(hits)).toBe('   0:06.0 – 0:12.0  cosine 0.800\n   0:00.0 – 0:06.0  cosine 0.000\n')
})

test('the table shows times, option, scope, space, dimension and the first numbers', () => {
  const lines = clipTable([aVector({ startSec: 60, endSec: 65.5, vector: [0.1, -0.25, 0, 1, 9] })]).split(
    '\n',
  )
  expect(lines).toEqual([
    '   time             option  scope  space  dim  first numbers',
    '   1:00.0 – 1:05.5  visual  clip   image  5     0.1000 -0.2500  0.0000  1.0000',
    '',
  ])
})

test('a long table is cut and says how much is left', () => {
  const table = clipTable(Array.from({ length: 50 }, () => aVector({})))
  expect(table.split('\n')).toHaveLength(43)
  expect(table).toContain('… and 10 more')
})

test('times are minutes and seconds', () => {
  expect([0, 9.94, 59.9, 60, 3_725.25].map(clockTime)).toEqual([
    '0:00.0',
    '0:09.9',
    '0:59.9',
    '1:00.0',
    '62:05.3',
  ])
})
