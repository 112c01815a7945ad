import { setTimeout } from 'node:timers/promises'
import type { Pool, PoolClient } from 'pg'
import { EmbedlineError } from '../../domain/errors.ts'
import { movesOf, type Move } from '../../domain/moves.ts'
import type { Db } from '../../domain/tables.ts'
import { makeTurns } from '../../lib/turns.ts'
import type { Commit, GroupCommit } from '../groupCommit.ts'
import { isBroken, isWorthAnotherTry, toDatabaseError } from './databaseError.ts'
import { kyselyOverClient } from './dialect.ts'
import { answered, connect } from './pool.ts'

export interface TransactionsParts {
  pool: Pool
  /** Stands for the database in sentences. */
  name: string
  /** False: a crash of the database may undo what was committed. */
  isDurable: boolean
}

export interface Transactions extends GroupCommit {
  /**
   * As `write`, for a change that is one statement: it needs no transaction around it, and several are made at once. When
   * its connection breaks it is made again, whether or not it was committed.
   */
  execute: GroupCommit['write']
}

const MOST_TRIES = 8
const FIRST_WAIT_MS = 5

/** Transactions come one after the other; the second connection takes over while one that broke is let go. */
export const TRANSACTING = 2

/**
 * Runs changes one after the other, each in a transaction of its own: within this server they see each other as they do
 * in SQLite. They share no commit as there, because a transaction that has written more of what other servers write too
 * would wait for them longer, and they for it; PostgreSQL joins the commits of several connections by itself.
 * What was rolled back for the sake of another transaction, or lost its connection before its commit, is tried again.
 */
export function serialTransactions({ pool, name, isDurable }: TransactionsParts): Transactions {
  const listeners = new Set<(commit: Commit) => void>()
  const turns = makeTurns(Math.max(1, pool.options.max - TRANSACTING))
  const statements = new Set<Promise<unknown>>()
  let last: Promise<unknown> = Promise.resolve()
  let isClosed = false

  async function run<T>(tryOnce: () => Promise<Attempt<T>>): Promise<T> {
    for (let tries = 1; ; tries++) {
      const attempt = await tryOnce()
      if ('value' in attempt) {
        for (const listener of listeners) listener(attempt.commit)
        return attempt.value
      }
      if (!attempt.mayTryAgain || tries >= MOST_TRIES) throw toDatabaseError(attempt.error, name)
      await setTimeout(FIRST_WAIT_MS * 2 ** (tries - 1) * (0.5 + Math.random()))
    }
  }

  async function transact<T>(change: (db: Db) => Promise<T>): Promise<Attempt<T>> {
    const begunMs = performance.now()
    const client = await connect(pool, name)
    let isCommitting = false
    try {
      // The first statement goes on its way behind it. It has no error of its own: where the one is lost, so is the other.
      const begun = client.query(answered(client, 'begin'))
      begun.catch(() => {})
      const { value, moves } = await runOnce(client, name, change)
      await begun
      isCommitting = true
      const { command } = await client.query(answered(client, 'commit'))
      // So it ends after a statement that failed and whose error nobody passed on.
      if (command === 'ROLLBACK') throw new Error('the transaction was rolled back by an error in it')
      client.release()
      return { value, commit: commitOf(begunMs, moves) }
    } catch (error) {
      await giveUp(client, error)
      return { error, mayTryAgain: isWorthAnotherTry(error) || (isBroken(error) && !isCommitting) }
    }
  }

  async function executeOnce<T>(change: (db: Db) => Promise<T>): Promise<Attempt<T>> {
    await turns.take()
    try {
      const begunMs = performance.now()
      const client = await connect(pool, name)
      try {
        const { value, moves } = await runOnce(client, name, change, 1)
        client.release()
        return { value, commit: commitOf(begunMs, moves) }
      } catch (error) {
        client.release(isBroken(error))
        return { error, mayTryAgain: isWorthAnotherTry(error) || isBroken(error) }
      }
    } finally {
      turns.giveBack()
    }
  }

  const commitOf = (begunMs: number, moves: readonly Move[]): Commit => ({
    durationMs: performance.now() - begunMs,
    changeCount: 1,
    isDurable,
    moves,
  })

  const closed = () => Promise.reject(new EmbedlineError('storage_unavailable', 'the store is closed'))

  return {
    write<T>(change: (db: Db) => Promise<T>) {
      if (isClosed) return closed()
      const written = last.then(() => run(() => transact(change)))
      last = written.catch(() => {})
      return written
    },
    async execute<T>(change: (db: Db) => Promise<T>) {
      if (isClosed) return closed()
      const written = run(() => executeOnce(change))
      statements.add(written)
      try {
        return await written
      } finally {
        statements.delete(written)
      }
    },
    onCommit(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async close() {
      isClosed = true
      await last
      await Promise.allSettled(statements)
    },
  }
}

type Attempt<T> = { value: T; commit: Commit } | { error: unknown; mayTryAgain: boolean }

async function runOnce<T>(
  client: PoolClient,
  name: string,
  change: (db: Db) => Promise<T>,
  mostStatements = Infinity,
): Promise<{ value: T; moves: readonly Move[] }> {
  let left = mostStatements
  const countDown = () => left-- <= 0
  try {
    const db = kyselyOverClient(client, name, countDown)
    const value = await change(db)
    return { value, moves: movesOf(db) }
  } finally {
    left = 0
  }
}

/** Undoes what was begun; a connection that cannot even do that is closed. */
async function giveUp(client: PoolClient, error: unknown): Promise<void> {
  try {
    if (isBroken(error)) throw error
    await client.query(answered(client, 'rollback'))
    client.release()
  } catch {
    client.release(true)
  }
}
