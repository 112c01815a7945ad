import { EmbedlineError } from './domain/errors.ts'
import type { Objects } from './objects/objects.ts'
import type { Abilities } from './queue/claim.ts'
import { startDispatcher, type Dispatcher } from './queue/dispatcher.ts'
import type { OpenStore } from './store/store.ts'
import type { TaskParts } from './tasks/parts.ts'
import { roomsBeside, type Machine } from './tasks/rooms.ts'
import { workOn } from './tasks/work.ts'

interface WorkOrder extends Machine {
  /** Its name among those who claim. */
  worker: string
  abilities?: () => Abilities
}

/** Starts to claim items and to work on them. */
export const startWork = (
  parts: TaskParts,
  store: OpenStore,
  { computeCount, kinds, ...self }: WorkOrder,
): Dispatcher => {
  // Items tell who has them by this name; which process that is, only this line tells.
  parts.logger.info('takes up work', { worker: self.worker, pid: process.pid })
  return startDispatcher({
    write: (change) => parts.store.write(change),
    executeSoon: store.executeSoon,
    ...self,
    // With a full disk nothing is begun: it would only fail. With a wrong clock leases would mean nothing.
    rooms: (held) =>
      parts.disk.state === 'full' || store.problem() !== undefined
        ? []
        : roomsBeside(held, { computeCount, kinds }),
    handle: (item, signal) => workOn(parts, item, signal),
    onError: (error) => {
      if (error instanceof EmbedlineError && error.code === 'lease_lost')
        parts.logger.info('work was taken away', { error })
      else if (error instanceof EmbedlineError && error.code === 'disk_full') {
        parts.disk.reportFull()
        parts.logger.warn('work waits for room on the disk', { error })
      } else if (error instanceof EmbedlineError && error.code === 'storage_unavailable')
        parts.logger.warn('work waits for the database', { error })
      else parts.logger.error('the dispatcher met an error', { error })
    },
    clock: parts.clock,
    reach: parts.reach,
  })
}

/** What is said of it at each claim: models may be pulled or removed, and files of inputs come and go. */
export function abilitiesWith(models: readonly string[], objects: Objects): Abilities {
  const inputsHere = objects.inputsHere()?.slice(-MOST_INPUTS)
  return { models, ...(inputsHere && { inputsHere }) }
}

/** Those used last; the others are as good as away. */
const MOST_INPUTS = 200
