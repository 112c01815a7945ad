import type { FastifyReply, FastifyRequest } from 'fastify'
import { mostBytes } from '../../domain/limitFacts.ts'
import type { Account } from '../../domain/task.ts'
import type { TaskParts } from '../../tasks/parts.ts'
import { readBody } from '../requestBody.ts'
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

/** The part of the path that the route names, decoded once; whatever it is, it is only compared. */
export const inPath = ({ params }: FastifyRequest, name: string): string =>
  (params as Readonly<Record<string, string>>)[name] ?? ''

/** The bytes of a body of this dialect that is no form. */
export const bodyOf = ({ parts, request }: Call): Promise<Buffer> =>
  readBody(request.raw, mostBytes(parts.limits, 'textBodyBytes'))
