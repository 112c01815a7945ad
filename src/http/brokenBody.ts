import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from '../lib/logger.ts'
import { logFailure } from '../tasks/repeating.ts'

export interface Answering {
  request: FastifyRequest
  reply: FastifyReply
  logger: Logger
}

/**
 * Has the log say why a body broke off: once the status is sent, a connection that breaks off is all that the client can be
 * told. What fails before that is an answer of its own.
 */
export const logIfBroken = (
  body: Readable,
  { request, reply, logger }: Answering,
  message: string,
  fields: Record<string, unknown> = {},
): Readable =>
  body.once('error', (error) => {
    if (reply.raw.headersSent) logFailure(logger, message, error, { requestId: request.id, ...fields })
  })
