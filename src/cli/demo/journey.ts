import { basename } from 'node:path'
import { EmbedlineError } from '../../domain/errors.ts'
import type { Clock } from '../../lib/clock.ts'
import type { ProgressBar } from '../progressBar.ts'
import type { DemoClient, TaskOrder } from './client.ts'
import type { TaskVector } from './vectors.ts'

const POLL_MS = 200

export interface JourneyParts {
  client: DemoClient
  bar: ProgressBar
  clock: Clock
  signal: AbortSignal
}

/** Uploads a file and waits until the server has looked at it. Throws `media_unreadable` for what is no video or sound. */
export async function uploadMedia(parts: JourneyParts, file: string): Promise<TaskOrder> {
  const { client, bar, clock, signal } = parts
  bar.show('uploading', 0)
  let asset = await client.uploadAsset(file, signal)
  while (asset.status === 'processing') {
    bar.show('looking into it', 1)
    await pause(clock, signal)
    asset = await client.asset(asset.id, signal)
  }
  if (asset.status !== 'ready') throw unreadable(file, asset.failure ?? 'it cannot be used')
  const [kind] = asset.fileType.split('/')
  if (kind !== 'video' && kind !== 'audio')
    throw unreadable(file, `the demo takes video and audio, this is ${kind}`)
  bar.done(`asset ${asset.id}, ${asset.fileType}`)
  return { assetId: asset.id, input: kind }
}

export interface EmbeddedMedia {
  durationSec: number
  vectors: TaskVector[]
  warnings: string[]
}

/** Creates a task and polls it to its end. Throws `media_unreadable` when it fails. */
export async function embedMedia(
  { client, bar, clock, signal }: JourneyParts,
  order: TaskOrder,
): Promise<EmbeddedMedia> {
  const startedMs = clock.nowMs()
  const id = await client.createTask(order, signal)
  let task = await client.task(id, signal)
  while (task.status === 'processing') {
    const elapsedSec = (clock.nowMs() - startedMs) / 1000
    bar.show(bar.isLive ? `embedding, ${elapsedSec.toFixed(0)} s` : 'embedding', task.fractionDone)
    await pause(clock, signal)
    task = await client.task(id, signal)
  }
  if (task.status !== 'ready') throw new EmbedlineError('media_unreadable', task.failure ?? 'the task failed')
  const { durationSec, vectors, warnings } = task
  bar.done(`task ${id} is ready: ${vectors.length} vectors in ${seconds(clock.nowMs() - startedMs)}`)
  return { durationSec, vectors, warnings }
}

async function pause(clock: Clock, signal: AbortSignal): Promise<void> {
  await clock.sleep(POLL_MS, signal)
  signal.throwIfAborted()
}

const unreadable = (file: string, why: string) =>
  new EmbedlineError('media_unreadable', `${basename(file)}: ${why}`)

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
