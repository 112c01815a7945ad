import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Account } from '../../domain/task.ts'
import type { TaskParts } from '../../tasks/parts.ts'
import type { Schemas } from './schema.ts'

/** All that the answer to one request needs. What is returned becomes its body. */
export interface Call {
  parts: TaskParts
  schemas: Schemas
  account: Account
  request: FastifyRequest
  reply: FastifyReply
}

export type Handler = (call: Call) => Promise<unknown>

/** Answers whoever has an address that this server has signed; there is no key. */
export type SignedHandler = (call: Omit<Call, 'account'>) => Promise<unknown>

/** The id in the path, decoded; whatever it is, it is only compared. */
export function pathId(request: FastifyRequest): string {
  const { id } = request.params as { id: string }
  return id
}
