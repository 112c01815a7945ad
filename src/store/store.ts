import type { Db } from '../domain/tables.ts'
import type { Clock } from '../lib/clock.ts'
import type { Opened } from '../lib/closing.ts'
import type { Exclusion } from './exclusion.ts'
import type { GroupCommit } from './groupCommit.ts'

/** The database, open: `read` sees what is committed, `write` is the only way to change it. */
export interface OpenStore extends Opened, Exclusion {
  /** A read-only connection of its own. */
  read: Db
  write: GroupCommit['write']
  /**
   * As `write`, for a change that is one statement: with a server for a database it needs no transaction around it, and is made
   * a second time when it is not known whether it was made.
   */
  execute: GroupCommit['write']
  /**
   * As `write`, for what may be forgotten: it waits neither for the disk nor for what is being written, and a crash of the
   * database may undo it.
   */
  writeSoon: GroupCommit['write']
  /** As `execute`, for what may be forgotten. Absent with SQLite, where statements cost no way to a server and back. */
  executeSoon?: GroupCommit['write']
  onCommit: GroupCommit['onCommit']
  /**
   * Runs what may take minutes in a transaction of its own, over a connection of its own, with no time-outs; nothing else
   * waits for it but what it locks. On `signal` it is undone. Absent with SQLite, where all changes wait for each other.
   */
  writeSlowly?: <T>(change: (db: Db) => Promise<T>, signal: AbortSignal) => Promise<T>
  /** The time that all who write here agree on. */
  clock: Clock
  /** A sentence while no work may be taken, because of what is wrong with the database. */
  problem(): string | undefined
  /** False while there is no way to the database; what is asked of it tells more. */
  isReachable(): boolean
  /** There may be something to claim: tells other servers on this database, where there can be some. */
  announceWork(): void
  /** Calls `listener` when another server says that there is work or news, until the returned function is called. */
  onElsewhere(listener: (signal: 'work' | 'news') => void): () => void
}
