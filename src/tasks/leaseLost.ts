import { EmbedlineError } from '../domain/errors.ts'

/** Ends the transaction of a worker that does not hold its item any more: nothing of it is written. */
export const leaseLost = (): EmbedlineError =>
  new EmbedlineError('lease_lost', 'Another worker has this item now.')
