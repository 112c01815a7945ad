import { EmbedlineError } from '../../domain/errors.ts'
import type { Cue } from '../../domain/media.ts'
import type { Account, Asset, Failure } from '../../domain/task.ts'
import { getAsset } from '../../store/assets.ts'
import { isSubtitles } from '../mimeType.ts'
import type { TaskParts } from '../parts.ts'
import { wantedLanguage } from './sideCar.ts'
import { allTracks, inLanguage, isUnfinished, readTrack, type Track, type WithFile } from './tracks.ts'

/** What is said in an asset. */
export type Transcript =
  | { state: 'processing' }
  | { state: 'failed'; failure: Failure }
  /** `cues` are those of `track`, one of `tracks`. */
  | { state: 'ready'; cues: readonly Cue[]; track: Track; tracks: readonly Track[] }

/**
 * The words of an asset, from the subtitles beside it or in it, in one language if one is wanted. Throws `not_found` for
 * an asset that the account does not have, and for one without subtitles.
 */
export async function getTranscript(
  parts: TaskParts,
  account: Account,
  { assetId, language }: { assetId: string; language?: string | undefined },
  signal: AbortSignal,
): Promise<Transcript> {
  const found = await getAsset(parts.store.read, account.id, assetId)
  if (!found) throw new EmbedlineError('not_found', `Resource with id ${assetId} does not exist in assets.`)
  const { asset, objectHash } = found
  if (asset.state === 'processing') return { state: 'processing' }
  if (asset.state === 'failed') return failed(asset.failure)
  const tracks = await tracksOf(parts, asset, objectHash)
  const wanted = language ?? wantedLanguage(asset)
  const usable = inLanguage(tracks, wanted)
  const [track] = usable
  if (!track) throw noTranscript(assetId, tracks.length > 0 ? wanted : undefined)
  if (isUnfinished([track])) return { state: 'processing' }
  const withMedia: WithFile = (use) =>
    parts.objects.useFile({ accountId: account.id, hash: objectHash ?? '' }, signal, use)
  try {
    return { state: 'ready', cues: await readTrack(parts, withMedia, track, signal), track, tracks }
  } catch (failure) {
    if (!(failure instanceof EmbedlineError) || failure.retryable) throw failure
    return failed(failure)
  }
}

/** A file of subtitles is its own transcript. */
const tracksOf = async (parts: TaskParts, asset: Asset, objectHash: string | undefined): Promise<Track[]> =>
  isSubtitles(asset.mimeType)
    ? [{ asset, objectHash }]
    : allTracks(parts.store.read, {
        accountId: asset.accountId,
        asset,
        facts: asset.facts ?? { subtitles: [] },
      })

const failed = (
  { code, message }: Failure = { code: 'internal', message: 'The asset failed.' },
): Transcript => ({
  state: 'failed',
  failure: { code, message },
})

const noTranscript = (assetId: string, wanted: string | undefined) =>
  new EmbedlineError(
    'not_found',
    wanted === undefined
      ? `Asset ${assetId} has no subtitles, in it or beside it, and speech is not written down here.`
      : `Asset ${assetId} has no subtitles in the language ${wanted}.`,
  )
