import type { Sqlite } from '../sqlite.ts'

/** How a value of a column is stored, by SQLite's names. */
export type ColumnType = 'INTEGER' | 'REAL' | 'TEXT' | 'BLOB'

export interface MovedColumn {
  name: string
  type: ColumnType
}

/** A table whose rows are moved. */
export interface MovedTable {
  name: string
  /** Those of the primary key first, in its order. */
  columns: readonly MovedColumn[]
  /** How many columns the primary key has. */
  keyCount: number
}

/** They say how far a database is, not what is in it. */
const OF_ITS_OWN = ['migration']

/**
 * The tables of a database of SQLite, each after those that it refers to. They are read from the database: a table that
 * comes with a later migration is moved too.
 */
export function movedTables(database: Sqlite): MovedTable[] {
  const names = texts(
    database,
    `select name from sqlite_schema where type = 'table' and name not like 'sqlite%' order by name`,
  ).filter((name) => !OF_ITS_OWN.includes(name))
  const ordered = new Set<string>()
  const add = (name: string) => {
    if (ordered.has(name)) return
    for (const other of texts(database, 'select "table" from pragma_foreign_key_list(?)', name))
      if (other !== name) add(other)
    ordered.add(name)
  }
  for (const name of names) add(name)
  return [...ordered].map((name) => tableOf(database, name))
}

const texts = (database: Sqlite, statement: string, ...parameters: string[]): string[] =>
  database.execute(statement, parameters).rows.map((row) => String(Object.values(row)[0]))

function tableOf(database: Sqlite, name: string): MovedTable {
  const { rows } = database.execute('select name, type, pk from pragma_table_info(?)', [name])
  const columns = rows.map((row) => ({
    name: String(row['name']),
    type: typeOf(String(row['type'])),
    keyOrder: Number(row['pk']),
  }))
  const key = columns
    .filter(({ keyOrder }) => keyOrder > 0)
    .toSorted((one, other) => one.keyOrder - other.keyOrder)
  const rest = columns.filter(({ keyOrder }) => keyOrder === 0)
  return {
    name,
    columns: [...key, ...rest].map((column) => ({ name: column.name, type: column.type })),
    keyCount: key.length,
  }
}

function typeOf(word: string): ColumnType {
  switch (word.toUpperCase()) {
    case 'INT':
    case 'INTEGER':
      return 'INTEGER'
    case 'REAL':
      return 'REAL'
    case 'TEXT':
      return 'TEXT'
    case 'BLOB':
      return 'BLOB'
    default:
      throw new Error(`a column has a type that is not moved: ${word}`)
  }
}

/** Its columns, or those of its key, as they stand in a statement. */
export const namesOf = (columns: readonly MovedColumn[]): string =>
  columns.map(({ name }) => `"${name}"`).join(', ')

export const keyOf = ({ columns, keyCount }: MovedTable): readonly MovedColumn[] => columns.slice(0, keyCount)
