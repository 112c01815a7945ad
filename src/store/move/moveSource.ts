import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { EmbedlineError } from '../../domain/errors.ts'
import type { Opened } from '../../lib/closing.ts'
import { MIGRATIONS } from '../migrate.ts'
import { openSqlite, type Sqlite } from '../sqlite.ts'
import { keyOf, movedTables, namesOf, type MovedTable } from './movedTable.ts'

export type Row = Readonly<Record<string, unknown>>

/** The database that is moved, as it is at one moment. Nothing is written into it. */
export interface MoveSource extends Opened {
  /** Hex. The same as long as nobody changes the database. */
  id: string
  tables: readonly MovedTable[]
  /** By the name of the table. */
  rowCounts: ReadonlyMap<string, number>
  /** The last ids that were given, by the name of the table: none is given twice, also of rows that are gone. */
  lastIds: ReadonlyMap<string, number>
  /** In the order of the key; those after `after`, the values of a key. Each is read when it is asked for. */
  rows(table: MovedTable, after?: readonly unknown[]): Iterable<Row>
  /** The rows of another statement. */
  select(statement: string): Iterable<Row>
}

/**
 * Opens a database of SQLite to move it. Throws `request_invalid` when there is none, or one whose tables are of another
 * version of Embedline, and `storage_unavailable` when it cannot be read.
 */
// oxlint-disable-next-line require-await -- it is closed by those who wait
export async function openMoveSource(file: string): Promise<MoveSource> {
  if (!existsSync(file)) throw new EmbedlineError('request_invalid', `there is no database ${file} to move`)
  const database = openSqlite(file, { readOnly: true })
  try {
    // Of one moment, whatever else happens.
    database.execute('begin')
    checkVersion(database, file)
    const tables = movedTables(database)
    const rowCounts = new Map(
      tables.map(({ name }) => [name, numberOf(database, `select count(*) from "${name}"`)]),
    )
    const lastIds = new Map(
      database
        .execute('select name, seq from sqlite_sequence order by name')
        .rows.map(({ name, seq }) => [String(name), Number(seq)]),
    )
    return {
      id: idOf(database, { rowCounts, lastIds }),
      tables,
      rowCounts,
      lastIds,
      rows(table, after) {
        const { name, columns } = table
        const key = namesOf(keyOf(table))
        const marks = after?.map(() => '?').join(', ')
        const where = marks === undefined ? '' : `where (${key}) > (${marks})`
        return database.iterate(`select ${namesOf(columns)} from "${name}" ${where} order by ${key}`, after)
      },
      select: (statement) => database.iterate(statement),
      async close() {
        database.close()
      },
    }
  } catch (error) {
    database.close()
    throw error
  }
}

function checkVersion(database: Sqlite, file: string): void {
  const isOurs = numberOf(
    database,
    `select count(*) from sqlite_schema where type = 'table' and name in ('migration', 'task')`,
  )
  if (isOurs < 2) throw new EmbedlineError('request_invalid', `${file} is no database of Embedline`)
  const seen = numberOf(database, 'select max(number) from migration')
  if (seen === MIGRATIONS.length) return
  throw new EmbedlineError(
    'request_invalid',
    seen < MIGRATIONS.length
      ? `${file} was used by an older Embedline last: start embedline serve of this version on it once, stop it, and move it then`
      : `${file} was written by a newer Embedline: move it with that one`,
  )
}

const numberOf = (database: Sqlite, statement: string): number =>
  Number(Object.values(database.execute(statement).rows[0] ?? {})[0] ?? 0)

/** The secret tells databases from each other; counts and ids tell whether one was used meanwhile. */
function idOf(database: Sqlite, { rowCounts, lastIds }: Pick<MoveSource, 'rowCounts' | 'lastIds'>): string {
  const secrets = database
    .execute('select name, hex(value) as value from secret order by name')
    .rows.map(({ name, value }) => [name, value])
  const facts = [MIGRATIONS.length, secrets, [...rowCounts], [...lastIds]]
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32)
}
