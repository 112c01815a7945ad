import type { BucketTask } from '../../domain/task.ts'
import type { Idempotency } from '../../tasks/idempotency.ts'
import { factsIfThere } from '../factsIfThere.ts'
import { answerKeyed } from '../keyedCreate.ts'
import { idempotencyKey } from '../keyedRequest.ts'
import { modelWord } from '../modelWord.ts'
import { retentionOf } from '../retention.ts'
import { presentCreated } from './present.ts'
import { bodyOf } from '../call.ts'
import type { Call } from './route.ts'

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
  const { created, body } = await answerKeyed<BucketTask>(call, {
    key,
    bytes,
    create: (keyed) => create(bytes, { ...retentionOf(request), ...keyed }),
    present: (task) => ({
      data: presentCreated(task, account, factsIfThere(parts, task.settings.model)),
    }),
  })
  if (created) reply.header('x-embedline-model', modelWord(created.settings.model))
  return body
}
