import { EmbedlineError } from '../domain/errors.ts'
import type { NewItem } from '../queue/enqueue.ts'
import type { TaskParts } from './parts.ts'

/** What a fetch item carries. */
export interface FetchPayload {
  url: string
  /** The key that what is fetched is counted for. */
  keyId?: string | undefined
}

/** Of names in URLs; what they are shown as may be no longer than an uploaded file's. */
const NAME_CHARACTERS = 255

/** Says at once what is wrong with a URL for good. Throws what `Fetcher.check` throws, naming the field `url`. */
export async function checkSourceUrl({ fetcher }: Pick<TaskParts, 'fetcher'>, url: string): Promise<void> {
  try {
    await fetcher.check(url)
  } catch (failure) {
    throw failure instanceof EmbedlineError ? failure.inField('url') : failure
  }
}

/** The item that fetches the bytes of a task, or of an asset. */
export const fetchItem = (
  owner: { accountId: string; taskId: string } | { accountId: string; assetId: string },
  { url, keyId, dueMs }: FetchPayload & { dueMs: number },
): NewItem => ({
  ...owner,
  kind: 'fetch',
  key: 'fetch',
  lane: 3,
  dueMs,
  payload: { url, keyId } satisfies FetchPayload,
})

/** The last part of a URL's path, as a person would write it. Undefined when it ends in a slash. */
export function filenameOfUrl(url: string): string | undefined {
  const last = URL.parse(url)?.pathname.split('/').at(-1) ?? ''
  const name = Array.from(decoded(last).replaceAll(/\p{Cc}/gu, ''))
    .slice(-NAME_CHARACTERS)
    .join('')
  return name === '' ? undefined : name
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
