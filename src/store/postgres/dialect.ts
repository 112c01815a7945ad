import {
  HandleEmptyInListsPlugin,
  Kysely,
  PostgresDialect,
  replaceWithNoncontingentExpression,
  type PostgresPoolClient,
} from 'kysely'
import type { Pool, PoolClient } from 'pg'
import Cursor from 'pg-cursor'
import type { Db, Tables } from '../../domain/tables.ts'
import { isBroken, toDatabaseError } from './databaseError.ts'
import { answered, connect } from './pool.ts'

/** Kysely over a pool: each statement takes the connection that is free. `name` stands for the database in sentences. */
export const kyselyOverPool = (pool: Pool, name: string): Db =>
  kyselyOver(async () => {
    const client = await connect(pool, name)
    return clientOver(client, { name, release: (destroy) => client.release(destroy) })
  })

/** Kysely over the connection of a transaction. When `isOver` says so, a statement is refused instead of executed. */
export const kyselyOverClient = (client: PoolClient, name: string, isOver: () => boolean): Db =>
  kyselyOver(async () => clientOver(client, { name, isOver, release: () => {} }))

const kyselyOver = (connection: () => Promise<PostgresPoolClient>): Db =>
  new Kysely<Tables>({
    dialect: new PostgresDialect({
      // Whoever opened the connections closes them.
      pool: { connect: connection, end: async () => {}, options: {} },
      cursor: Cursor,
    }),
    // SQLite takes an empty list for what it is: nothing is in it.
    plugins: [new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression })],
  })

interface ClientParts {
  name: string
  isOver?: () => boolean
  release: (destroy: boolean) => void
}

function clientOver(client: PoolClient, { name, isOver = () => false, release }: ClientParts) {
  let isSpoiled = false
  const query = (statement: unknown, parameters?: readonly unknown[]): unknown => {
    const isCursor = typeof statement !== 'string'
    // It would run in the transaction of somebody else.
    if (isOver()) throw new Error(`the transaction is over, this was not awaited: ${String(statement)}`)
    if (isCursor) return client.query(statement as Cursor)
    return client.query(answered(statement, parameters?.map(storable))).catch((error: unknown) => {
      isSpoiled ||= isBroken(error)
      throw toDatabaseError(error, name)
    })
  }
  return {
    query,
    release: (destroy?: boolean) => release(destroy === true || isSpoiled),
  } as unknown as PostgresPoolClient
}

/** A text with a zero character cannot be stored: the sign for what cannot be shown takes its place. */
const storable = (value: unknown): unknown =>
  typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value
