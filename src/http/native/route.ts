import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Account } from '../../domain/task.ts'
import type { TaskParts } from '../../tasks/parts.ts'

/** All that the answer to one request needs. What is returned becomes its body. */
export interface Call {
  parts: TaskParts
  account: Account
  request: FastifyRequest
  reply: FastifyReply
}

export type Handler = (call: Call) => Promise<unknown>
