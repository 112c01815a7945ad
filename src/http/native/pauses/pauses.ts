import { EmbedlineError } from '../../../domain/errors.ts'
import { listPauses as readPauses, pause, resume, type PauseOrder as Order } from '../../../tasks/pause.ts'
import { readJson } from '../readRequest.ts'
import type { Handler } from '../route.ts'
import { presentPause } from './present.ts'
import { PauseOrder } from './schemas.ts'
import type { z } from 'zod'

const BODY_BYTES = 10_000

/** `GET /pauses`: those that last and concern the account; for the operator all. */
export const listPauses: Handler = async ({ parts, account }) => ({
  pauses: (await readPauses(parts, account)).map(presentPause),
})

/** `POST /pauses`: 201 for a new one, 200 for one that lasts already. */
export const makePause: Handler = async ({ parts, account, request, reply }) => {
  const order = orderOf(await readJson(request, PauseOrder, BODY_BYTES))
  const { pause: made, isNew } = await pause(parts, account, order)
  reply.code(isNew ? 201 : 200)
  return presentPause(made)
}

function orderOf({ account, kind, model }: z.output<typeof PauseOrder>): Order {
  if (kind) return { kind }
  return model ? { modelName: model } : { account: account ?? '' }
}

/** `DELETE /pauses/{id}`: answers when what it held back is in the queue again. */
export const endPause: Handler = async ({ parts, account, request, reply }) => {
  const { id } = request.params as { id: string }
  const isEnded = /^\d{1,15}$/.test(id) && (await resume(parts, account, Number(id)))
  if (!isEnded) throw new EmbedlineError('not_found', `There is no pause ${id}.`)
  return reply.code(204).send()
}
