import { expect, test } from 'vitest'
import { limitsNamed } from '../../domain/limits.ts'
import { InvalidRequest, type Issue } from './invalidRequest.ts'
import { parseBody } from './parse.ts'
import { chunkSettings, makeSchemas } from './schema.ts'

const schemas = makeSchemas(limitsNamed('ours'))

const create = (fields: object) =>
  parseBody(schemas.createTask, Buffer.from(JSON.stringify({ bucket_name: 'handbook', ...fields })))

const chunks = (fields: object) => chunkSettings(create(fields))

function issuesOf(run: () => unknown): readonly Issue[] {
  try {
    run()
  } catch (failure) {
    if (failure instanceof InvalidRequest) return failure.issues
    throw failure
  }
  throw new Error('nothing was wrong')
}

test('what is left out, or null, has the defaults of the contract', () => {
  const defaults = {
    bucket_name: 'handbook',
    document_chunk_size: 1024,
    document_chunk_overlap_size: undefined,
    embedding_model: 'thenlper/gte-large',
    loader: 'default',
  }
  expect(create({})).toEqual(defaults)
  expect(create({ document_chunk_size: null, embedding_model: null, loader: null })).toEqual(defaults)
  expect(chunks({})).toEqual({ sizeCharacters: 1024, overlapCharacters: 512 })
})

test.for([
  [4096, 512],
  [1024, 512],
  [1000, 500],
  [101, 50],
  [2, 1],
  [1, 0],
])('where only the size of %j is given, %j characters overlap', ([sizeCharacters, overlapCharacters]) => {
  expect(chunks({ document_chunk_size: sizeCharacters })).toEqual({ sizeCharacters, overlapCharacters })
})

test('an overlap that leaves no way forward is refused where it was written', () => {
  for (const fields of [
    { document_chunk_overlap_size: 1024 },
    { document_chunk_size: 10, document_chunk_overlap_size: 10 },
    { document_chunk_size: 1, document_chunk_overlap_size: 1 },
  ])
    expect(issuesOf(() => chunks(fields))).toMatchObject([
      { loc: ['body', 'document_chunk_overlap_size'], type: 'less_than' },
    ])
  expect(chunks({ document_chunk_overlap_size: 0 })).toEqual({ sizeCharacters: 1024, overlapCharacters: 0 })
})

test('everything that is wrong is told at once', () => {
  expect(
    issuesOf(() => create({ bucket_name: 7, document_chunk_size: 0, loader: 'x' })).map(({ loc, type }) => [
      loc,
      type,
    ]),
  ).toEqual([
    [['body', 'bucket_name'], 'string_type'],
    [['body', 'document_chunk_size'], 'greater_than_equal'],
    [['body', 'loader'], 'enum'],
  ])
})

test.for([
  ['', 'missing'],
  ['{', 'json_invalid'],
  ['[]', 'dict_type'],
  ['null', 'dict_type'],
  ['"text"', 'dict_type'],
] as const)('the body %j is refused as a whole', ([body, type]) => {
  const issues = issuesOf(() => parseBody(schemas.createTask, Buffer.from(body)))
  expect(issues).toMatchObject([{ loc: ['body'], type }])
})
