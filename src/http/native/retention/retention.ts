import { keepTaskUntil } from '../../../tasks/retention.ts'
import { readJson } from '../readRequest.ts'
import type { Handler } from '../route.ts'
import { TaskChange } from './schemas.ts'

const BODY_BYTES = 10_000

/** `PATCH /tasks/{id}`: when it expires. */
export const changeTask: Handler = async ({ parts, account, request }) => {
  const { id } = request.params as { id: string }
  const { expires_at: expiresAt } = await readJson(request, TaskChange, BODY_BYTES)
  const { expiresMs } = await keepTaskUntil(parts, account, { id, expiresMs: Date.parse(expiresAt) })
  return { id, expires_at: new Date(expiresMs).toISOString() }
}
