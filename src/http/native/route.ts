import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Scope } from '../../domain/scopes.ts'
import type { Account } from '../../domain/task.ts'
import type { TaskParts } from '../../tasks/parts.ts'
import type { Method } from '../otherMethods.ts'

/** All that the answer to one request needs. What is returned becomes its body. */
export interface Call {
  parts: TaskParts
  account: Account
  request: FastifyRequest
  reply: FastifyReply
  /** Aborted when the server begins to close: whoever only waits is answered then. */
  closing: AbortSignal
}

export type Handler = (call: Call) => Promise<unknown>

/** One line of a noun's table: its description stands in the `openapi.ts` beside it. */
export interface Route {
  method: Method
  /** Below the door's prefix. */
  path: string
  /** What the key must be able to do, where the method does not say it. */
  scope?: Scope
  /** Loaded on the first request. */
  handler: () => Promise<Handler>
}
