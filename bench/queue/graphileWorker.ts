import { graphileDriver } from './graphile.ts'

/** As it is when nobody sets anything: each job is fetched and completed by a statement of its own. */
export const driver = graphileDriver(() => ({}))
