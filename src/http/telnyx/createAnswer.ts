import type { BucketTask } from '../../domain/task.ts'
import { storedAnswer, type Idempotency } from '../../tasks/idempotency.ts'
import { factsIfThere } from '../factsIfThere.ts'
import { idempotencyKey, keyedRequest, sha256 } from '../keyedRequest.ts'
import { retentionOf } from '../retention.ts'
import { modelWord, presentCreated } from './present.ts'
import { bodyOf, type Call } from './route.ts'

/** Creates what the body of a request asks for, and keeps the answer where the request has a key. */
export type Create = (
  bytes: Buffer,
  rest: { idempotency?: Idempotency<BucketTask>; retentionMs?: number },
) => Promise<BucketTask>

/** Answers a create, or repeats what was answered before. Once this is answered the task is committed. */
export async function answerCreate(call: Call, create: Create): Promise<unknown> {
  const { parts, account, request, reply } = call
  const key = idempotencyKey(request)
  const bytes = await bodyOf(call)
  const keyed = key === undefined ? undefined : keyedRequest(request, key, sha256(bytes))
  const before = keyed && (await storedAnswer(parts, account.id, keyed))
  if (before) {
    reply.header('idempotent-replayed', 'true')
    reply.code(before.status).type('application/json; charset=utf-8')
    return before.body
  }
  const present = (task: BucketTask) => ({
    data: presentCreated(task, account, factsIfThere(parts, task.settings.model)),
  })
  const answer = (task: BucketTask) => ({ status: 200, body: JSON.stringify(present(task)) })
  const rest = { ...retentionOf(request), ...(keyed && { idempotency: { ...keyed, answer } }) }
  const task = await create(bytes, rest)
  reply.header('x-embedline-model', modelWord(task.settings.model))
  return present(task)
}
