import type { Failure } from '../domain/task.ts'
import type { Opened } from '../lib/closing.ts'
import { needsSince, noteWait, type Need } from '../queue/unclaimed.ts'
import { keepWorker, liveWorkers, removeWorker, type Worker } from '../queue/workers.ts'
import type { TaskParts } from './parts.ts'
import { logFailure } from './repeating.ts'

const SEEN_EVERY_MS = 4_000
const LOOK_EVERY = 5

/** Nobody wonders sooner about what waits. */
const PATIENCE_MS = 15_000

type Parts = Pick<TaskParts, 'store' | 'clock' | 'logger'>

/**
 * Tells others on the database that this process claims items, and which, for as long as it does. Now and then it looks
 * for work that nobody can do, and says so: on the items, and in the log.
 */
export async function startPresence(
  parts: Parts,
  { models, ...self }: Omit<Worker, 'models'> & { models: () => readonly string[] },
): Promise<Opened> {
  const stopping = new AbortController()
  const tellAbout = makeTeller(parts)
  const keep = () =>
    parts.store.write((db) => keepWorker(db, { ...self, models: models() }, parts.clock.nowMs()))
  await keep()
  const keeping = keepOn()

  async function keepOn(): Promise<void> {
    for (let round = 1; !stopping.signal.aborted; round++) {
      await parts.clock.sleep(SEEN_EVERY_MS, stopping.signal)
      if (stopping.signal.aborted) return
      try {
        await keep()
        if (round % LOOK_EVERY === 0) tellAbout(await noteUnclaimed(parts))
      } catch (error) {
        logFailure(parts.logger, 'others could not be told of this process', error)
      }
    }
  }

  return {
    async close() {
      stopping.abort()
      await keeping
      // It is forgotten soon in any case.
      await parts.store.write((db) => removeWorker(db, self.name)).catch(() => {})
    },
  }
}

/** Finds what no live worker can do and says on the items what they wait for. Returns it. */
export async function noteUnclaimed({
  store,
  clock,
}: Pick<TaskParts, 'store' | 'clock'>): Promise<(Need & { count: number })[]> {
  const nowMs = clock.nowMs()
  const sinceMs = nowMs - PATIENCE_MS
  const workers = await liveWorkers(store.read, nowMs)
  const canDo = ({ kind, model }: Need) =>
    workers.some(({ kinds, models }) => kinds.includes(kind) && (model === '' || models.includes(model)))
  const unclaimed = (await needsSince(store.read, sinceMs)).filter((need) => !canDo(need))
  for (const need of unclaimed)
    if (need.model !== '' && !workers.some(({ models }) => models.includes(need.model)))
      await store.write((db) => noteWait(db, need, { failure: missing(need.model), sinceMs }))
  return unclaimed
}

const missing = (model: string): Failure => ({
  code: 'model_missing',
  message: `No server and no worker that runs now has the model ${model}: this waits for one.`,
})

/** Logs each need once, and again after it was met. */
function makeTeller({ logger }: Parts): (needs: readonly (Need & { count: number })[]) => void {
  let told = new Set<string>()
  return (needs) => {
    const named = new Map(needs.map((need) => [`${need.kind} ${need.model}`, need]))
    for (const [name, { kind, model, count }] of named)
      if (!told.has(name))
        logger.warn('work waits that no process here can do', {
          kind,
          count,
          ...(model !== '' && { model }),
        })
    told = new Set(named.keys())
  }
}
