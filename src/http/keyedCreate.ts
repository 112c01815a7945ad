import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Account } from '../domain/task.ts'
import { storedAnswer, type Idempotency } from '../tasks/idempotency.ts'
import type { TaskParts } from '../tasks/parts.ts'
import { keyedRequest, sha256 } from './keyedRequest.ts'

interface Call {
  parts: TaskParts
  account: Account
  request: FastifyRequest
  reply: FastifyReply
}

/** A create that is answered at once. */
export interface KeyedCreate<Created> {
  /** What the caller calls the request, so that it may send it again. */
  key: string | undefined
  /** The raw body. */
  bytes: Buffer
  create: (keyed: { idempotency?: Idempotency<Created> }) => Promise<Created>
  present: (created: Created) => object
}

/** Answers a create, or repeats what was answered before. Once this is answered what it makes is committed. */
export async function answerKeyed<Created>(
  { parts, account, request, reply }: Call,
  { key, bytes, create, present }: KeyedCreate<Created>,
): Promise<{ created?: Created; body: unknown }> {
  const keyed = key === undefined ? undefined : keyedRequest(request, key, sha256(bytes))
  const before = keyed && (await storedAnswer(parts, account.id, keyed))
  if (before) {
    reply.header('idempotent-replayed', 'true')
    reply.code(before.status).type('application/json; charset=utf-8')
    return { body: before.body }
  }
  const answer = (created: Created) => ({ status: 200, body: JSON.stringify(present(created)) })
  const created = await create(keyed ? { idempotency: { ...keyed, answer } } : {})
  return { created, body: present(created) }
}
