import { EmbedlineError } from '../../../domain/errors.ts'
import { cleanNow } from '../../../tasks/janitor.ts'
import { surveyJanitor } from '../../../tasks/janitorSurvey.ts'
import { readQuery } from '../readRequest.ts'
import type { Handler } from '../route.ts'
import { Run } from './schemas.ts'

/** `GET /janitor`: what would be removed. */
export const surveyLeftovers: Handler = async (call) => {
  if (readQuery(call.request, Run).dry_run === 'false')
    throw new EmbedlineError('request_invalid', 'GET removes nothing: use POST.', { field: 'dry_run' })
  return present(true, await surveyJanitor(call.parts))
}

/** `POST /janitor`: the same, and removes it unless `dry_run`. Answers when all is gone. */
export const removeLeftovers: Handler = async (call) => {
  const { dry_run: dryRun = 'false' } = readQuery(call.request, Run)
  const found = await surveyJanitor(call.parts)
  const isDry = dryRun !== 'false'
  if (!isDry) await cleanNow(call.parts, new AbortController().signal)
  return present(isDry, found)
}

const present = (isDry: boolean, found: Awaited<ReturnType<typeof surveyJanitor>>) => ({
  dry_run: isDry,
  removed: Object.entries(found).map(([reason, { count, bytes }]) => ({ reason, count, size_bytes: bytes })),
  size_bytes: Object.values(found).reduce((sum, { bytes }) => sum + bytes, 0),
})
