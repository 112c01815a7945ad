import type { FastifyRequest } from 'fastify'

/** This server as the caller addressed it, `http://localhost:8787`; empty when the caller did not say (HTTP/1.0). */
export const originOf = ({ protocol, host }: FastifyRequest): string =>
  host === '' ? '' : `${protocol}://${host}`
