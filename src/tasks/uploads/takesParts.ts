import { EmbedlineError } from '../../domain/errors.ts'
import type { UploadState } from '../../domain/states.ts'
import { stateAt, type Upload } from '../../domain/upload.ts'

const WHY_NOT: Record<Exclude<UploadState, 'active'>, string> = {
  received: 'The upload is complete.',
  stored: 'The upload is complete.',
  abandoned: 'The upload was given up.',
  expired: 'The time of the upload is over; begin a new one.',
}

/** The upload, if it still takes parts. Throws `not_found` when there is none, and `upload_refused`. */
export function takesParts(found: Upload | undefined, id: string, nowMs: number): Upload {
  const upload = existing(found, id)
  const state = stateAt(upload, nowMs)
  if (state === 'active') return upload
  throw new EmbedlineError('upload_refused', WHY_NOT[state], { reason: `upload_${state}` })
}

/** The upload, whatever became of it. Throws `not_found` when there is none. */
export function existing(upload: Upload | undefined, id: string): Upload {
  if (upload) return upload
  throw new EmbedlineError('not_found', `Resource with id ${id} does not exist in multipart uploads.`)
}
