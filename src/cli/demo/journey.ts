import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import type { TwelvelabsApi, TwelvelabsApiClient } from 'twelvelabs-js'
import { EmbedlineError } from '../../domain/errors.ts'
import type { Clock } from '../../lib/clock.ts'
import type { ProgressBar } from '../progressBar.ts'
import { extra, toVectors, type TaskVector } from './vectors.ts'

const POLL_MS = 200

/** The name that the client sends; which model stands behind it is the server's matter. */
const MODEL_NAME = 'marengo3.0'

export interface JourneyParts {
  client: TwelvelabsApiClient
  bar: ProgressBar
  clock: Clock
  signal: AbortSignal
}

export interface UploadedMedia {
  assetId: string
  input: 'video' | 'audio'
}

/** Uploads a file and waits until the server has looked at it. Throws `media_unreadable` for what is no video or sound. */
export async function uploadMedia(parts: JourneyParts, file: string): Promise<UploadedMedia> {
  const { client, bar, clock, signal } = parts
  bar.show('uploading', 0)
  const created = await client.assets.create(
    { method: 'direct', file: createReadStream(file) },
    { abortSignal: signal },
  )
  let asset: TwelvelabsApi.Asset = created
  while (asset.status === 'processing') {
    bar.show('looking into it', 1)
    await pause(clock, signal)
    asset = await client.assets.retrieve(created.id ?? '', { abortSignal: signal })
  }
  if (asset.status !== 'ready') throw unreadable(file, messageOf(asset))
  const [kind] = (asset.fileType ?? '').split('/')
  if (kind !== 'video' && kind !== 'audio')
    throw unreadable(file, `the demo takes video and audio, this is ${kind}`)
  bar.done(`asset ${created.id ?? ''}, ${asset.fileType ?? ''}`)
  return { assetId: created.id ?? '', input: kind }
}

export interface EmbeddedMedia {
  taskId: string
  durationSec: number
  vectors: TaskVector[]
  warnings: string[]
}

/** Creates a task and polls it to its end. Throws `media_unreadable` when it fails. */
export async function embedMedia(
  { client, bar, clock, signal }: JourneyParts,
  { assetId, input }: UploadedMedia,
): Promise<EmbeddedMedia> {
  const media = {
    mediaSource: { assetId },
    embeddingType: ['separate_embedding' as const, 'fused_embedding' as const],
  }
  const startedMs = clock.nowMs()
  const { id } = await client.embed.v2.tasks.create(
    input === 'video'
      ? { inputType: 'video', modelName: MODEL_NAME, video: media }
      : { inputType: 'audio', modelName: MODEL_NAME, audio: media },
    { abortSignal: signal },
  )
  let task = await client.embed.v2.tasks.retrieve(id, { abortSignal: signal })
  while (task.status === 'processing') {
    const elapsedSec = (clock.nowMs() - startedMs) / 1000
    bar.show(bar.isLive ? `embedding, ${elapsedSec.toFixed(0)} s` : 'embedding', fractionDone(task))
    await pause(clock, signal)
    task = await client.embed.v2.tasks.retrieve(id, { abortSignal: signal })
  }
  if (task.status !== 'ready')
    throw new EmbedlineError('media_unreadable', task.error?.message ?? 'the task failed')
  const vectors = toVectors(task.data ?? [])
  bar.done(`task ${id} is ready: ${vectors.length} vectors in ${seconds(clock.nowMs() - startedMs)}`)
  return { taskId: id, durationSec: durationOf(task), vectors, warnings: warningsOf(task) }
}

export interface Question {
  space: string
  vector: readonly number[]
}

/** Embeds words in the same space as transcripts. */
export async function askByText({ client, signal }: JourneyParts, words: string): Promise<Question> {
  const answer = await client.embed.v2.create(
    { inputType: 'text', modelName: MODEL_NAME, text: { inputText: words } },
    { abortSignal: signal },
  )
  return toQuestion(answer)
}

/** Embeds a picture in the same space as what is seen in clips. */
export async function askByPicture({ client, signal }: JourneyParts, picture: Buffer): Promise<Question> {
  const mediaSource = { base64String: picture.toString('base64') }
  const answer = await client.embed.v2.create(
    { inputType: 'image', modelName: MODEL_NAME, image: { mediaSource } },
    { abortSignal: signal },
  )
  return toQuestion(answer)
}

function toQuestion(answer: TwelvelabsApi.EmbeddingSuccessResponse): Question {
  const model = extra(answer, 'model')
  return {
    space: typeof model === 'object' && model !== null ? String(extra(model, 'space')) : '',
    vector: answer.data[0]?.embedding ?? [],
  }
}

async function pause(clock: Clock, signal: AbortSignal): Promise<void> {
  await clock.sleep(POLL_MS, signal)
  signal.throwIfAborted()
}

const unreadable = (file: string, why: string) =>
  new EmbedlineError('media_unreadable', `${basename(file)}: ${why}`)

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

/** `progress` is a key of ours: how many pieces of the task there are, and how many are done. */
function fractionDone(task: TwelvelabsApi.EmbeddingTaskResponse): number {
  const progress = extra(task, 'progress')
  if (typeof progress !== 'object' || progress === null) return 0
  return Number(extra(progress, 'done')) / Math.max(1, Number(extra(progress, 'total')))
}

const durationOf = ({ metadata }: TwelvelabsApi.EmbeddingTaskResponse): number =>
  metadata !== undefined && 'duration' in metadata ? metadata.duration : 0

function messageOf(asset: TwelvelabsApi.Asset): string {
  const error = extra(asset, 'error')
  return typeof error === 'object' && error !== null ? String(extra(error, 'message')) : 'it cannot be used'
}

function warningsOf(task: TwelvelabsApi.EmbeddingTaskResponse): string[] {
  const warnings = extra(task, 'warnings')
  return Array.isArray(warnings) ? warnings.map((each: object) => String(extra(each, 'message'))) : []
}
