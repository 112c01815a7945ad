import type { DialectCall } from '../call.ts'
import type { Schemas } from './schema.ts'

/** What is returned becomes the body of the answer. */
export type Handler = (call: DialectCall<Schemas>) => Promise<unknown>
