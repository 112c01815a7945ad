import {
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
} from 'kysely'
import type { Db, Tables } from '../domain/tables.ts'
import type { Sqlite } from './sqlite.ts'

/** Kysely over one connection. When `isOver` says so, a statement is refused instead of executed. */
export function kyselyOver(sqlite: Sqlite, isOver: () => boolean = () => false): Db {
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => driverOf(connectionOver(sqlite, isOver)),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  })
}

function connectionOver(sqlite: Sqlite, isOver: () => boolean): DatabaseConnection {
  // It would run in the transaction of somebody else.
  const refuseLate = ({ sql }: CompiledQuery) => {
    if (isOver()) throw new Error(`the transaction is over, this was not awaited: ${sql}`)
  }
  return {
    async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
      refuseLate(query)
      const { rows, changedRows, lastRowId } = sqlite.execute(query.sql, query.parameters)
      return { rows: rows as Row[], numAffectedRows: BigInt(changedRows), insertId: BigInt(lastRowId) }
    },
    async *streamQuery<Row>(query: CompiledQuery, chunkSize = 1) {
      refuseLate(query)
      let rows: Row[] = []
      for (const row of sqlite.iterate(query.sql, query.parameters)) {
        rows.push(row as Row)
        if (rows.length < chunkSize) continue
        yield { rows }
        rows = []
      }
      if (rows.length > 0) yield { rows }
    },
  }
}

function driverOf(connection: DatabaseConnection): Driver {
  // Transactions are begun by `groupCommit`, which owns the connection.
  const refuse = async () => {
    throw new Error('a transaction is opened by `write` of the store')
  }
  return {
    init: async () => {},
    acquireConnection: async () => connection,
    releaseConnection: async () => {},
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
    // Whoever opened the connection closes it.
    destroy: async () => {},
  }
}
