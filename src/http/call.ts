import type { FastifyReply, FastifyRequest } from 'fastify'
import { mostBytes } from '../domain/limitFacts.ts'
import type { Account } from '../domain/task.ts'
import type { TaskParts } from '../tasks/parts.ts'
import { readBody } from './requestBody.ts'

/** All that the answer to one request of a dialect needs, with the schemas of the dialect. */
export interface DialectCall<Schemas> {
  parts: TaskParts
  schemas: Schemas
  account: Account
  request: FastifyRequest
  reply: FastifyReply
}

/** The part of the path that the route names, decoded once; whatever it is, it is only compared. */
export const inPath = ({ params }: FastifyRequest, name: string): string =>
  (params as Readonly<Record<string, string>>)[name] ?? ''

/** The bytes of a body that holds text only. Throws `too_large`. */
export const bodyOf = ({
  parts,
  request,
}: Pick<DialectCall<unknown>, 'parts' | 'request'>): Promise<Buffer> =>
  readBody(request.raw, mostBytes(parts.limits, 'textBodyBytes'))
