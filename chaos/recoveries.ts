import type { Database } from './database.ts'
import type { Member } from './member.ts'

/** An item in work. */
export interface HeldItem {
  id: number
  attempt: number
  kind: string
  leaseUntilMs: number
}

/** An item whose holder was killed. */
export interface Recovery extends HeldItem {
  /** Whose it was. */
  member: string
  killedMs: number
  /** When somebody had it again, or had it settled; absent when the run ended before. */
  ranMs?: number
}

const LOOK_EVERY_MS = 25

export interface Recoveries {
  all: readonly Recovery[]
  /** What the worker has in work now. Empty while the database is away. */
  held(worker: string): Promise<HeldItem[]>
  /** From now on looks when these run again. */
  expect(member: string, items: readonly HeldItem[], killedMs: number): void
  /** Ends when the member has had an item since its start, or is killed without; with the moment. */
  worked(member: Pick<Member, 'pid' | 'worker'>): Promise<number>
  close(): Promise<void>
}

/** Watches in the database how long what a dead process held waits for another one. */
export function watchRecoveries(database: Database): Recoveries {
  const all: Recovery[] = []
  const waiting = new Set<Recovery>()
  const stopping = new AbortController()
  const looking = look()

  async function look() {
    while (!stopping.signal.aborted) {
      if (waiting.size > 0) await lookOnce().catch(() => {})
      await new Promise((wake) => setTimeout(wake, LOOK_EVERY_MS))
    }
  }

  async function lookOnce() {
    const ids = [...new Set([...waiting].map(({ id }) => id))]
    const rows = await database.rows<{ id: number; attempt: number; state: string }>(
      `select id, attempt, state from item where id in (${ids.join(', ')})`,
    )
    const nowMs = Date.now()
    const found = new Map(rows.map((row) => [row.id, row]))
    for (const recovery of waiting) {
      const row = found.get(recovery.id)
      const isOpen = row?.state === 'queued' || row?.state === 'running'
      if (row && isOpen && row.attempt === recovery.attempt) continue
      waiting.delete(recovery)
      // It was settled, or taken away, in the moment before its holder was killed.
      if (!row || row.attempt === recovery.attempt) all.splice(all.indexOf(recovery), 1)
      else recovery.ranMs = nowMs
    }
  }

  return {
    all,
    async held(worker) {
      try {
        const rows = await database.rows<{
          id: number
          attempt: number
          kind: string
          lease_until_ms: number
        }>(
          `select id, attempt, kind, lease_until_ms from item where state = 'running' and worker = '${worker}'`,
        )
        return rows.map(({ lease_until_ms: leaseUntilMs, ...row }) => ({ ...row, leaseUntilMs }))
      } catch {
        return []
      }
    },
    expect(member, items, killedMs) {
      for (const item of items) {
        const recovery = { ...item, member, killedMs }
        all.push(recovery)
        waiting.add(recovery)
      }
    },
    async worked(member) {
      const { pid } = member
      while (!stopping.signal.aborted && member.pid === pid) {
        const rows = await database
          .rows(`select 1 from item where worker = '${member.worker}' limit 1`)
          .catch((): readonly unknown[] => [])
        if (rows.length > 0) break
        await new Promise((wake) => setTimeout(wake, LOOK_EVERY_MS))
      }
      return Date.now()
    },
    async close() {
      stopping.abort()
      await looking
    },
  }
}
