import type { Answer, Task } from '../../client/client.ts'
import { EmbedlineError, type ErrorCode } from '../../domain/errors.ts'
import type { Clock } from '../../lib/clock.ts'
import type { ServerCalls } from '../serverCalls.ts'
import { hasEnded, hasFailed } from '../tasks/describeTask.ts'
import { taskPath, TASKS_PATH } from '../tasks/findTask.ts'
import type { Input, Subtitles } from './inputs.ts'
import { entryFor, type EmbedOptions } from './order.ts'

export interface EmbedParts {
  server: ServerCalls
  wanted: EmbedOptions
  clock: Clock
  signal: AbortSignal
  /** Files are removed from the server as soon as they are embedded. */
  isPrivate: boolean
  /** Tasks that have not ended, for whoever ends the command before they do. */
  open: Set<string>
  /** How far the input is, from 0 to 1. */
  onFraction: (fraction: number) => void
}

/** What came of an input. Without a task there are no vectors of it. */
export type Outcome =
  | { kind: 'embedded'; input: Input; task: Task; reason?: string }
  | { kind: 'skipped' | 'failed'; input: Input; task?: Task; reason: string }

const ASSETS_PATH = '/v1.3/assets'
const assetPath = (id: string): string => `${ASSETS_PATH}/${encodeURIComponent(id)}`

type Asset = Answer<'twelvelabsRetrieveAsset'>

// What is wrong with one input is no reason to leave out the others; a wrong key or a server that is gone is.
const ABOUT_ONE_INPUT: readonly ErrorCode[] = ['request_invalid', 'too_large', 'not_found', 'state_conflict']

/** From a file or an address to an ended task. Throws what concerns all inputs, and the reason of the signal. */
export async function embedInput(input: Input, parts: EmbedParts): Promise<Outcome> {
  try {
    return await withAsset(input, parts)
  } catch (failure) {
    if (!(failure instanceof EmbedlineError) || !ABOUT_ONE_INPUT.includes(failure.code)) throw failure
    if (failure instanceof AboutAll) throw failure
    return { kind: 'failed', input, reason: failure.message }
  }
}

async function withAsset(input: Input, parts: EmbedParts): Promise<Outcome> {
  const { server, signal, isPrivate } = parts
  const { _id: id } = await upload(parts, input)
  const asset = await lookedAt(parts, id)
  if (asset.status === 'failed') {
    const isOther = asset.file_type === 'application/octet-stream' && input.path !== undefined
    return {
      kind: isOther ? 'skipped' : 'failed',
      input,
      reason: asset.error?.message ?? 'it cannot be used',
    }
  }
  const order = entryFor({ id, fileType: asset.file_type }, parts.wanted)
  if ('skipped' in order) return { kind: 'skipped', input, reason: order.skipped }
  for (const each of input.subtitles) await uploadSubtitles(parts, each, id)
  const created = await create(parts, order.entry)
  parts.open.add(created.id)
  const task = await toEnd(parts, created.id)
  parts.open.delete(task.id)
  if (isPrivate) await server.call('DELETE', assetPath(id), { signal })
  const reason = task.error && `${task.error.code}: ${task.error.message}`
  if (hasFailed(task)) return { kind: 'failed', input, task, reason: reason ?? task.state }
  return { kind: 'embedded', input, task, ...(reason !== undefined && { reason }) }
}

async function upload({ server, signal }: EmbedParts, { source, path }: Input): Promise<Asset> {
  const form = new FormData()
  form.set('method', 'url')
  form.set('url', source)
  const sent = path === undefined ? { bytes: form } : { file: { path, fields: { method: 'direct' } } }
  return (await server.call('POST', ASSETS_PATH, { ...sent, signal })) as Asset
}

async function uploadSubtitles(
  { server, signal }: EmbedParts,
  { path, language }: Subtitles,
  assetId: string,
): Promise<void> {
  const metadata = { transcript_of: assetId, ...(language && { language }) }
  const fields = { method: 'direct', user_metadata: JSON.stringify(metadata) }
  await server.call('POST', ASSETS_PATH, { file: { path, fields }, signal })
}

const POLL_LEAST_MS = 50
const POLL_MOST_MS = 1_000

/** The asset once the server has fetched it and looked at it. */
async function lookedAt({ server, clock, signal }: EmbedParts, id: string): Promise<Asset> {
  for (let pauseMs = POLL_LEAST_MS; ; pauseMs = Math.min(pauseMs * 1.5, POLL_MOST_MS)) {
    const asset = (await server.call('GET', assetPath(id), { signal })) as Asset
    if (asset.status !== 'processing') return asset
    await clock.sleep(pauseMs, signal)
    signal.throwIfAborted()
  }
}

/** What every input would be refused for. */
class AboutAll extends EmbedlineError {}

const FLAG_OF: Readonly<Record<string, string>> = {
  model: '--model',
  'segmentation.duration_sec': '--clip-sec',
}

async function create({ server, signal }: EmbedParts, entry: object): Promise<Task> {
  const answer = (await server.call('POST', `${TASKS_PATH}/batch`, {
    json: { tasks: [entry] },
    signal,
  })) as Answer<'createTasks'>
  const [{ task, error } = {}] = answer.results
  if (task) return task
  if (!error) throw new EmbedlineError('request_invalid', 'the task was refused')
  const { field = '', detail, status } = error
  const flag = FLAG_OF[field]
  const message = field === '' ? detail : `${flag ?? field}: ${detail}`
  // A model that is not here, a quota that is spent, a full disk.
  if (flag !== undefined || [403, 429].includes(status) || status >= 500)
    throw new AboutAll(error.code as ErrorCode, message)
  throw new EmbedlineError('request_invalid', message)
}

const WAIT_SEC = 30

async function toEnd({ server, signal, onFraction }: EmbedParts, id: string): Promise<Task> {
  for (;;) {
    for await (const news of server.events(id, { signal }))
      if (news.kind === 'progress') onFraction(Number(news['fraction']))
    const task = (await server.call('GET', `${taskPath(id)}?wait=${WAIT_SEC}`, { signal })) as Task
    if (hasEnded(task)) return task
  }
}
