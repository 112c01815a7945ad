import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Client } from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { EmbedlineError } from '../../domain/errors.ts'
import type { Opened } from '../../lib/closing.ts'
import { migrate } from '../migrate.ts'
import { toDatabaseError } from '../postgres/databaseError.ts'
import { connectionOptions, nameOfDatabase, openPool } from '../postgres/pool.ts'
import { serialTransactions } from '../postgres/transactions.ts'
import { keyOf, namesOf, type MovedTable } from './movedTable.ts'
import { END, HEAD, readTuples } from './tuple.ts'

/** How far a move is. */
export interface MoveState {
  /** The table in which it is; those before it are there as a whole. Absent: none was begun. */
  table?: string
  /** The key of the last row of it that is there. */
  after?: readonly unknown[]
  rowCount: number
  finishedMs?: number
}

/** What a batch of rows is, and where the move is after it. */
export interface Batch {
  table: MovedTable
  tuples: Iterable<Buffer>
  /** Asked when the tuples were all taken. */
  state: () => Required<Pick<MoveState, 'table' | 'after' | 'rowCount'>>
}

/** The database that rows are moved to, over one connection. Throws `storage_unavailable` and `disk_full`. */
export interface MoveTarget extends Opened {
  /** Without user and password. */
  name: string
  /** Undefined: the database is empty, and nothing was begun in it. */
  state: MoveState | undefined
  /** Makes the tables, and writes down what is moved into them. */
  begin(source: string): Promise<void>
  /** Writes rows and where the move is in one transaction. */
  write(batch: Batch): Promise<void>
  /** All rows of a table in the order of the key, some at a time. */
  tuples(table: MovedTable): AsyncIterable<Buffer[]>
  /** Has ids go on above those that were given, and lets servers use the database, in one transaction. */
  finish(lastIds: ReadonlyMap<string, number>): Promise<void>
}

export interface MoveTargetParts {
  url: string
  /** Of the move. */
  id: string
  tables: readonly MovedTable[]
  nowMs: () => number
}

/** The table with a row for the move; servers look into it (`store/postgres/halfMoved.ts`). */
const TABLE = `create table move (
  id text primary key,
  source text not null,
  begun_ms bigint not null,
  table_name text,
  after_json text,
  row_count bigint not null,
  finished_ms bigint
)`

const TYPES = { bigint: 'INTEGER', 'double precision': 'REAL', text: 'TEXT', bytea: 'BLOB' }

/**
 * Opens a database of PostgreSQL to move rows into it. Throws `request_invalid` when there is anything in it but what the
 * same move has brought, when another one is at work on it, or when its tables are others; `storage_unavailable`.
 */
export async function openMoveTarget({ url, id, tables, nowMs }: MoveTargetParts): Promise<MoveTarget> {
  const name = nameOfDatabase(url)
  const client = new Client({ ...connectionOptions(url), connectionTimeoutMillis: 5_000 })
  // What breaks is told by the statement that was to be answered.
  client.on('error', () => {})

  const ofDatabase = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw toDatabaseError(error, name)
    }
  }

  const rowsOf = async <Row>(statement: string, values: unknown[] = []): Promise<Row[]> =>
    (await client.query(statement, values)).rows as Row[]

  const inTransaction = (work: () => Promise<void>) =>
    ofDatabase(async () => {
      await client.query('begin')
      try {
        await work()
        await client.query('commit')
      } catch (error) {
        await client.query('rollback').catch(() => {})
        throw error
      }
    })

  async function makeTables(): Promise<void> {
    const pool = openPool({ url, most: 1, mode: 'durable' })
    const { write, close } = serialTransactions({ pool, name, isDurable: true })
    try {
      await write((db) => migrate(db, name, nowMs()))
    } finally {
      await close()
      await pool.end()
    }
  }

  async function checkColumns(): Promise<void> {
    const found = await rowsOf<{ place: string; type: keyof typeof TYPES }>(
      `select table_name || '.' || column_name as place, data_type as type
         from information_schema.columns where table_schema = current_schema()`,
    )
    const types = new Map(found.map(({ place, type }) => [place, TYPES[type]]))
    for (const table of tables)
      for (const column of table.columns)
        if (types.get(`${table.name}.${column.name}`) !== column.type)
          throw new Error(`PostgreSQL keeps ${table.name}.${column.name} as something else than SQLite`)
  }

  try {
    await ofDatabase(async () => {
      await client.connect()
      await client.query(SESSION)
      const [lock] = await rowsOf<{ held: boolean }>(
        `select pg_try_advisory_lock(hashtext('embedline move')) as held`,
      )
      if (lock?.held !== true) throw refused(name, 'another move into it is under way')
    })
    return {
      name,
      state: await ofDatabase(() => findState(rowsOf, { id, name })),

      async begin(source) {
        await makeTables()
        await inTransaction(async () => {
          await checkColumns()
          await client.query(TABLE)
          await client.query('insert into move (id, source, begun_ms, row_count) values ($1, $2, $3, 0)', [
            id,
            source,
            nowMs(),
          ])
        })
      },

      write: ({ table, tuples, state }) =>
        inTransaction(async () => {
          const into = `copy "${table.name}" (${namesOf(table.columns)}) from stdin (format binary)`
          await pipeline(Readable.from(piecesOf(tuples), { objectMode: true }), client.query(copyFrom(into)))
          const { table: at, after, rowCount } = state()
          await client.query('update move set table_name = $1, after_json = $2, row_count = $3', [
            at,
            JSON.stringify(after),
            rowCount,
          ])
        }),

      async *tuples(table) {
        const order = namesOf(keyOf(table))
        const rows = `copy (select ${namesOf(table.columns)} from "${table.name}" order by ${order}) to stdout (format binary)`
        try {
          yield* readTuples(client.query(copyTo(rows)))
        } catch (error) {
          throw toDatabaseError(error, name)
        }
      },

      finish: (lastIds) =>
        inTransaction(async () => {
          for (const table of tables) await raiseIds(rowsOf, table, lastIds.get(table.name) ?? 0)
          await client.query('update move set finished_ms = $1', [nowMs()])
        }),

      close: () => client.end(),
    }
  } catch (error) {
    await client.end().catch(() => {})
    throw error
  }
}

type RowsOf = <Row>(statement: string, values?: unknown[]) => Promise<Row[]>

/** A table is read in the order of its key without sorting it, which takes as much of the disk again. */
const SESSION = 'set enable_sort = off; set synchronous_commit = on'

const PIECE_BYTES = 64 * 1024

function* piecesOf(tuples: Iterable<Buffer>): Generator<Buffer> {
  let piece: Uint8Array[] = [HEAD]
  let sizeBytes = 0
  for (const tuple of tuples) {
    piece.push(tuple)
    sizeBytes += tuple.length
    if (sizeBytes < PIECE_BYTES) continue
    yield Buffer.concat(piece)
    piece = []
    sizeBytes = 0
  }
  yield Buffer.concat([...piece, END])
}

interface StateRow {
  id: string
  source: string
  begun_ms: number
  table_name: string | null
  after_json: string | null
  row_count: number
  finished_ms: number | null
}

/** Throws `request_invalid` for a database that has anything but what the move of that id has brought. */
async function findState(
  rowsOf: RowsOf,
  { id, name }: { id: string; name: string },
): Promise<MoveState | undefined> {
  const there = (
    await rowsOf<{ name: string }>(
      `select c.relname as name from pg_class c
        where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
          and not exists (select from pg_depend where objid = c.oid and deptype = 'e')
        order by 1`,
    )
  ).map((row) => row.name)
  if (there.includes('move')) return stateOf(await rowsOf<StateRow>('select * from move'), { id, name })
  if (there.length > 0 && !(there.includes('migration') && there.includes('task')))
    throw refused(name, `it is not empty, it has ${there.slice(0, 3).join(', ')}`)
  for (const table of there.filter((each) => each !== 'migration')) {
    const [row] = await rowsOf<{ some: boolean }>(`select exists (select from "${table}") as some`)
    if (row?.some === true) throw refused(name, `a server has used it: there are rows in ${table}`)
  }
  return undefined
}

function stateOf(
  [row]: readonly StateRow[],
  { id, name }: { id: string; name: string },
): MoveState | undefined {
  if (!row) return undefined
  if (row.id !== id)
    throw refused(
      name,
      row.finished_ms === null
        ? `it holds a part of ${row.source}, which is another database or was used since`
        : `${row.source} was moved into it, which is another database or was used since`,
    )
  return {
    ...(row.table_name !== null && { table: row.table_name }),
    ...(row.after_json !== null && { after: JSON.parse(row.after_json) as unknown[] }),
    rowCount: row.row_count,
    ...(row.finished_ms !== null && { finishedMs: row.finished_ms }),
  }
}

const refused = (name: string, reason: string) =>
  new EmbedlineError(
    'request_invalid',
    `nothing is moved into ${name}: ${reason}. Rows are moved into an empty database`,
  )

async function raiseIds(rowsOf: RowsOf, { name, columns }: MovedTable, lastId: number): Promise<void> {
  if (!columns.some((column) => column.name === 'id' && column.type === 'INTEGER')) return
  await rowsOf(
    `select setval(sequence, last) from (
       select pg_get_serial_sequence($1, 'id') as sequence,
              greatest($2::bigint, (select max(id) from "${name}")) as last) as ids
      where sequence is not null and last > 0`,
    [`"${name}"`, lastId],
  )
}
