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
import { makeTurns } from '../../lib/turns.ts'
import { isBroken, toDatabaseError } from './databaseError.ts'
import { answered, connect, unhurried } from './pool.ts'

/**
 * Kysely over a pool: each statement takes the connection that is free, and waits for one however long that takes; the
 * pool itself would take it for a server that does not answer. `name` stands for the database in sentences.
 */
export function kyselyOverPool(pool: Pool, name: string, isPatient = false): Db {
  const turns = makeTurns(pool.options.max)
  return kyselyOver(async () => {
    await turns.take()
    try {
      const client = await connect(pool, name)
      const release = (destroy: boolean) => {
        client.release(destroy)
        turns.giveBack()
      }
      return clientOver(client, { name, isPatient, release })
    } catch (error) {
      turns.giveBack()
      throw error
    }
  })
}

/**
 * Kysely over the connection of a transaction. `isOver` is asked once before each statement, which is refused when it says
 * so; `isPatient` lets each take as long as it takes.
 */
export const kyselyOverClient = (
  client: PoolClient,
  name: string,
  isOver: () => boolean,
  isPatient = false,
): Db => kyselyOver(async () => clientOver(client, { name, isOver, isPatient, release: () => {} }))

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
  isPatient?: boolean
  release: (destroy: boolean) => void
}

function clientOver(
  client: PoolClient,
  { name, isOver = () => false, isPatient = false, release }: ClientParts,
) {
  const prepared = (text: string, values?: unknown[]) =>
    isPatient ? unhurried(text, values) : answered(client, text, values)
  let isSpoiled = false
  const thrown = (error: unknown): never => {
    isSpoiled ||= isBroken(error)
    throw toDatabaseError(error, name)
  }
  const query = (statement: unknown, parameters?: readonly unknown[]): unknown => {
    const isCursor = typeof statement !== 'string'
    // It would run in the transaction of somebody else.
    if (isOver()) throw new Error(`the transaction is over, this was not awaited: ${String(statement)}`)
    if (isCursor) return cursorOver(client.query(statement as Cursor), thrown)
    return client.query(prepared(statement, parameters?.map(storable))).catch(thrown)
  }
  return {
    query,
    release: (destroy?: boolean) => release(destroy === true || isSpoiled),
  } as unknown as PostgresPoolClient
}

function cursorOver(cursor: Cursor, thrown: (error: unknown) => never) {
  let hasFailed = false
  return {
    read: (count: number) =>
      cursor.read(count).catch((error: unknown) => {
        hasFailed = true
        return thrown(error)
      }),
    // It would wait for an answer, and a connection that broke has none.
    close: async () => (hasFailed ? undefined : cursor.close()),
  }
}

/** A text with a zero character cannot be stored: the sign for what cannot be shown takes its place. */
const storable = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(storable)
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value
}
