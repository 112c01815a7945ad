import type { Db } from '../../domain/tables.ts'
import { addUsage, lockUsage, readUsed, type Used } from '../../store/usage.ts'
import type { Store } from '../parts.ts'
import type { Addition, CounterName, Counters } from './counters.ts'

interface Waiting extends PromiseWithResolvers<boolean> {
  additions: readonly Addition[]
}

/** Of requests, each with up to two counters. */
const COUNTED_AT_ONCE = 100

/**
 * Counts in the database, where all servers see it. Requests that come while some are being counted are counted together
 * after them, in the order in which they came.
 */
export function sharedCounters({ store }: { store: Pick<Store, 'read' | 'writeSoon'> }): Counters {
  const waiting: Waiting[] = []
  let counting: Promise<void> | undefined

  async function countAll(): Promise<void> {
    while (waiting.length > 0) {
      const some = waiting.splice(0, COUNTED_AT_ONCE)
      try {
        const outcomes = await store.writeSoon((db) =>
          countInOrder(
            db,
            some.map(({ additions }) => additions),
          ),
        )
        some.forEach(({ resolve }, index) => resolve(outcomes[index] ?? false))
      } catch (error) {
        for (const { reject } of some) reject(error)
      }
    }
    counting = undefined
  }

  return {
    used: (names) => (names.length === 0 ? Promise.resolve([]) : usedOf(store.read, names)),
    add(additions) {
      if (additions.length === 0) return Promise.resolve(true)
      const asked: Waiting = { additions, ...Promise.withResolvers<boolean>() }
      waiting.push(asked)
      counting ??= countAll()
      return asked.promise
    },
    async close() {
      await counting
    },
  }
}

async function usedOf(db: Db, names: readonly CounterName[]): Promise<number[]> {
  const used = new Map((await readUsed(db, names)).map((row) => [nameOf(row), row.used]))
  return names.map((name) => used.get(nameOf(name)) ?? 0)
}

/** Whether each was added. The rows are locked in one order, so that no two servers wait for each other. */
async function countInOrder(db: Db, all: readonly (readonly Addition[])[]): Promise<boolean[]> {
  const names = new Map(
    all
      .flat()
      .map(({ keyId, rate, startMs }) => [nameOf({ keyId, rate, startMs }), { keyId, rate, startMs }]),
  )
  const sorted = [...names].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, name]) => name)
  const used = new Map((await lockUsage(db, sorted)).map((row) => [nameOf(row), row.used]))
  const added = new Map<string, Used>()
  const outcomes = all.map((additions) => {
    if (additions.some((each) => each.limit !== undefined && (used.get(nameOf(each)) ?? 0) >= each.limit))
      return false
    for (const { keyId, rate, startMs, amount } of additions) {
      const name = nameOf({ keyId, rate, startMs })
      used.set(name, (used.get(name) ?? 0) + amount)
      added.set(name, { keyId, rate, startMs, used: (added.get(name)?.used ?? 0) + amount })
    }
    return true
  })
  if (added.size > 0) await addUsage(db, [...added.values()])
  return outcomes
}

const nameOf = ({ keyId, rate, startMs }: CounterName): string => `${keyId} ${rate} ${startMs}`
