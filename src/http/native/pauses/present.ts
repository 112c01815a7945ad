import type { Pause } from '../../../domain/pause.ts'
import { time } from '../tasks/present.ts'

/** A pause as every native answer shows it. */
export const presentPause = ({ id, accountName, kind, modelId, createdMs, endedMs }: Pause) => ({
  id,
  ...(accountName !== undefined && { account: accountName }),
  ...(kind !== undefined && { kind }),
  ...(modelId !== undefined && { model: modelId }),
  created_at: time(createdMs),
  ...(endedMs !== undefined && { ended_at: time(endedMs) }),
})
