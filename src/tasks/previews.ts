import { EmbedlineError } from '../domain/errors.ts'
import type { MediaFacts } from '../domain/media.ts'
import type { Waveform } from '../domain/pictureWork.ts'
import { getAsset } from '../store/assets.ts'
import type { TaskParts } from './parts.ts'

export interface ThumbnailOrder {
  /** Absent: a tenth into it. */
  atSec?: number
  mostWidth: number
  format: 'jpeg' | 'webp'
}

/** Changes with what is shown; part of an ETag. */
interface Preview {
  bytes: Uint8Array
  version: string
}

/**
 * A small picture of an asset. Throws `not_found`, `request_invalid` for an asset that is not ready or a time past its
 * end, `media_has_no_stream`, `media_unreadable`, and what compute children throw.
 */
export async function thumbnailOf(
  parts: TaskParts,
  accountId: string,
  id: string,
  { order, signal }: { order: ThumbnailOrder; signal: AbortSignal },
): Promise<Preview> {
  const { facts, bytes: media } = await readyAsset(parts, accountId, id)
  const atSec = facts.isPicture ? 0 : placeIn(facts, order.atSec)
  const { mostWidth, format } = order
  const version = `${media.hash}-${atSec}-${mostWidth}-${format}`
  const bytes = await parts.previews.get(`${accountId}/${version}`, () =>
    parts.objects.useFile(media, signal, (file) =>
      parts.compute.makeThumbnail({ file, facts, atSec, mostWidth, format }, signal),
    ),
  )
  return { bytes, version }
}

function placeIn({ durationSec }: MediaFacts, atSec: number | undefined): number {
  if (atSec === undefined) return Math.round((durationSec ?? 0) * 100) / 1000
  if (durationSec === undefined || atSec < durationSec) return atSec
  throw new EmbedlineError('request_invalid', `The media ends at ${durationSec} s.`, { field: 'at' })
}

/**
 * The outline of an asset's sound as JSON text: `duration_sec`, and `min` and `max` of each of so many equal stretches.
 * Throws as `thumbnailOf`.
 */
export async function waveformOf(
  parts: TaskParts,
  accountId: string,
  id: string,
  { points, signal }: { points: number; signal: AbortSignal },
): Promise<Preview> {
  const { facts, bytes: media } = await readyAsset(parts, accountId, id)
  const version = `${media.hash}-${points}`
  const bytes = await parts.previews.get(`${accountId}/${version}`, async () =>
    encode(
      await parts.objects.useFile(media, signal, (file) =>
        parts.compute.makeWaveform({ file, facts, points }, signal),
      ),
    ),
  )
  return { bytes, version }
}

const encode = ({ durationSec, lowest, highest }: Waveform): Uint8Array =>
  Buffer.from(JSON.stringify({ duration_sec: durationSec, min: rounded(lowest), max: rounded(highest) }))

const rounded = (samples: Float32Array): number[] =>
  Array.from(samples, (sample) => Math.round(sample * 10_000) / 10_000)

async function readyAsset(parts: TaskParts, accountId: string, id: string) {
  const found = await getAsset(parts.store.read, accountId, id)
  if (!found) throw new EmbedlineError('not_found', `There is no asset ${id}.`)
  const { asset, objectHash: hash } = found
  if (asset.state !== 'ready' || hash === undefined)
    throw new EmbedlineError('request_invalid', asset.failure?.message ?? 'The asset is not ready yet.')
  if (!asset.facts)
    throw new EmbedlineError('media_has_no_stream', 'There is nothing to see or to hear in the asset.')
  return { facts: asset.facts, bytes: { accountId, hash } }
}
