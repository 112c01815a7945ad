import { ENDS_WAIT_MS } from './driver.ts'
import { graphileDriver } from './graphile.ts'

/** Jobs are fetched into a local queue, and what is done within as long as Embedline gathers ends is completed together. */
export const driver = graphileDriver((claimSize) => ({
  localQueue: { size: claimSize },
  completeJobBatchDelay: ENDS_WAIT_MS,
  failJobBatchDelay: ENDS_WAIT_MS,
}))
