import { Pool, types, type PoolClient, type PoolConfig } from 'pg'
import { toDatabaseError } from './databaseError.ts'

export interface PoolOptions {
  url: string
  /** At most so many connections. */
  most: number
  /** `read only`: the server refuses to change anything; `soon`: a commit does not wait for the disk. */
  mode: keyof typeof MODES
  /** True: a statement may take as long as it takes. */
  isPatient?: boolean
  /** True: statements are sent without waiting for the answers to those before. No cursor may be among them. */
  isPipelined?: boolean
}

const CONNECT_MS = 5_000
const IDLE_MS = 30_000
const STATEMENT_MS = 60_000
/** Nobody waits so long for a row: who has it hangs, and is ended by the next one. */
const LOCK_MS = 10_000
const IDLE_IN_TRANSACTION_MS = 15_000
/** For a network that swallows answers. Of each statement, because a cursor would be cut off by it. */
const ANSWER_MS = STATEMENT_MS + CONNECT_MS
const KEEP_ALIVE_MS = 10_000

/** Numbers are numbers and bytes are bytes, as in SQLite. No number here reaches 2^53. */
const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  [types.builtins.INT8]: Number,
  [types.builtins.NUMERIC]: Number,
  [types.builtins.BYTEA]: (text) => bytesOfHex(text),
}

/** `\x` and two hex digits a byte. */
function bytesOfHex(text: string): Uint8Array {
  const { buffer, byteOffset, byteLength } = Buffer.from(text.slice(2), 'hex')
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/**
 * Connections to PostgreSQL, made when they are wanted and again after they broke. TLS as the URL's `sslmode` says, in
 * the sense that PostgreSQL's own programs give it.
 */
export function openPool({ url, most, mode, isPatient = false, isPipelined = false }: PoolOptions): Pool {
  const pool = new Pool({
    ...connectionOptions(url),
    max: most,
    pipeline: isPipelined,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: IDLE_MS,
    statement_timeout: isPatient ? 0 : STATEMENT_MS,
    lock_timeout: LOCK_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    async onConnect(client) {
      await client.query(MODES[mode])
    },
  })
  // An idle connection that breaks is taken out of the pool; the next statement makes another.
  pool.on('error', () => {})
  // One that is in use and has nothing to answer just then must not end the process.
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** A statement that may take as long as it takes, and is planned each time. */
export const unhurried = (text: string, values: unknown[] = []) => ({ text, values })

/** What every connection has, of a pool or not. */
export function connectionOptions(url: string): PoolConfig {
  const full = new URL(url)
  full.searchParams.set('uselibpqcompat', 'true')
  return {
    connectionString: full.href,
    fallback_application_name: 'embedline',
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    types: { getTypeParser: (oid, format) => PARSERS[oid] ?? types.getTypeParser(oid, format) },
  }
}

/** A statement that fails when there is no answer, however it is lost. Its connection plans it once. */
export function answered(client: PoolClient, text: string, values: unknown[] = []) {
  const name = nameOfStatement(client, text)
  return { text, values, query_timeout: ANSWER_MS, ...(name !== undefined && { name }) }
}

// More texts than the program has; lists of ids make a new text for each length, so there must be a bound for each connection.
// What comes after it is planned each time.
const NAMED_STATEMENTS = 400
const namesOf = new WeakMap<PoolClient, Map<string, string>>()

function nameOfStatement(client: PoolClient, text: string): string | undefined {
  const names = namesOf.get(client) ?? new Map<string, string>()
  namesOf.set(client, names)
  const known = names.get(text)
  if (known !== undefined || names.size >= NAMED_STATEMENTS) return known
  const name = `embedline_${names.size}`
  names.set(text, name)
  return name
}

/** Names a database for sentences: without its user and password. */
export function nameOfDatabase(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}

const MODES = {
  'read only': 'set default_transaction_read_only = on',
  /** What is acknowledged survives a power cut, whatever the server was set to. */
  durable: `select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`,
  soon: [
    'set synchronous_commit = off',
    // These statements are few and made often: planned once, they take a fourth of the time. Planned while the tables are
    // empty they must be right when they are full, so the way by the indexes that are made for them is the only one.
    'set plan_cache_mode = force_generic_plan',
    ...['seqscan', 'bitmapscan', 'sort', 'hashjoin', 'mergejoin'].map((way) => `set enable_${way} = off`),
    // It would take what is switched off for expensive, and compile it each time.
    'set jit = off',
  ].join('; '),
} as const

/** A connection of the pool; throws `storage_unavailable` when there is none to be had. */
export async function connect(pool: Pool, name: string): Promise<PoolClient> {
  try {
    return await pool.connect()
  } catch (error) {
    throw toDatabaseError(error, name)
  }
}
