import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { toStorageError } from './storageError.ts'

/** One connection to one SQLite file. Its calls are synchronous: a statement is done when `execute` returns. */
export interface Sqlite {
  /** Throws `disk_full` or `storage_unavailable`, or SQLite's own error when the statement is at fault. */
  execute(sql: string, parameters?: readonly unknown[]): SqliteAnswer
  /** The rows of a statement that reads, each read when it is asked for. */
  iterate(sql: string, parameters?: readonly unknown[]): Iterable<Record<string, unknown>>
  /** False again as soon as SQLite itself rolled a transaction back, as it does when the disk is full. */
  isInTransaction(): boolean
  /** May be called twice. */
  close(): void
}

export interface SqliteAnswer {
  rows: Record<string, unknown>[]
  changedRows: number
  /** Row id of the last insert of this connection. */
  lastRowId: number
}

export interface SqliteOptions {
  readOnly?: boolean
}

interface Prepared {
  statement: StatementSync
  returnsRows: boolean
}

// More texts than the program has; lists of ids make a new text for each length, so there must be a bound.
const CACHED_STATEMENTS = 300

const WRITER_PRAGMAS = [
  // These two take effect only before the first table. A vector of 512 numbers and its row need a little more than half
  // of SQLite's usual 4096 bytes: one a page, where three fit on a page twice as large.
  'page_size = 8192',
  'auto_vacuum = incremental',
  'journal_mode = wal',
  // One fsync per commit: what is acknowledged survives a power cut.
  'synchronous = full',
  'foreign_keys = on',
]

/** Opens a file, which is made when it is missing unless `readOnly`. Throws `storage_unavailable`. */
export function openSqlite(file: string, { readOnly = false }: SqliteOptions = {}): Sqlite {
  const database = attempt(file, () => new DatabaseSync(file, { readOnly, timeout: 5_000 }))
  try {
    if (!readOnly) for (const pragma of WRITER_PRAGMAS) attempt(file, () => database.exec(`pragma ${pragma}`))
    return overDatabase(database, file)
  } catch (error) {
    database.close()
    throw error
  }
}

function overDatabase(database: DatabaseSync, file: string): Sqlite {
  const prepare = statementCache(database)
  return {
    execute: (sql, parameters = []) =>
      attempt(file, () => {
        const { statement, returnsRows } = prepare(sql)
        const values = parameters as readonly SQLInputValue[]
        if (returnsRows) return { rows: statement.all(...values), changedRows: 0, lastRowId: 0 }
        const { changes, lastInsertRowid } = statement.run(...values)
        return { rows: [], changedRows: Number(changes), lastRowId: Number(lastInsertRowid) }
      }),
    // A statement of its own: it may still be read when the same text is executed again.
    iterate: (sql, parameters = []) =>
      attempted(
        attempt(file, () => database.prepare(sql).iterate(...(parameters as readonly SQLInputValue[]))),
        file,
      ),
    isInTransaction: () => database.isTransaction,
    close() {
      if (database.isOpen) database.close()
    },
  }
}

function statementCache(database: DatabaseSync): (sql: string) => Prepared {
  const prepared = new Map<string, Prepared>()
  return (sql) => {
    const known = prepared.get(sql)
    // Put in again, so that the first entry is always the one not used for longest.
    prepared.delete(sql)
    const entry = known ?? prepareStatement(database, sql)
    prepared.set(sql, entry)
    if (prepared.size > CACHED_STATEMENTS) prepared.delete(prepared.keys().next().value ?? '')
    return entry
  }
}

function prepareStatement(database: DatabaseSync, sql: string): Prepared {
  const statement = database.prepare(sql)
  return { statement, returnsRows: statement.columns().length > 0 }
}

function attempt<T>(file: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw toStorageError(error, file)
  }
}

function* attempted<Row>(rows: Iterator<Row>, file: string): Generator<Row> {
  try {
    for (let next = attempt(file, () => rows.next()); !next.done; next = attempt(file, () => rows.next()))
      yield next.value
  } finally {
    rows.return?.()
  }
}
