import { expect, test } from 'vitest'
import { toStorageError } from './storageError.ts'

const sqliteError = (errcode: number) => Object.assign(new Error('as SQLite says it'), { errcode })

test('what the disk or the file is at fault for becomes a foreseen failure, with its cause', () => {
  const inputOutputWrite = sqliteError(778)
  expect(toStorageError(inputOutputWrite, 'x.db')).toMatchObject({
    code: 'storage_unavailable',
    message: 'the database x.db had an input or output error',
    cause: inputOutputWrite,
  })
  expect(toStorageError(sqliteError(13), 'x.db')).toMatchObject({ code: 'disk_full' })
})

test('a broken constraint, and what is not from SQLite, stay what they are', () => {
  for (const error of [sqliteError(787), new Error('another'), 'no error at all'])
    expect(toStorageError(error, 'x.db')).toBe(error)
})
