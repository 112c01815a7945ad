import { graphileDriver } from './graphile.ts'

/** Jobs are fetched into a local queue, and what is done at one moment is completed together. */
export const driver = graphileDriver((claimSize) => ({
  localQueue: { size: claimSize },
  completeJobBatchDelay: 0,
  failJobBatchDelay: 0,
}))
