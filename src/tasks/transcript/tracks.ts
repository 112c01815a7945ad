import type { Warning } from '../../domain/embedding.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import type { Cue, MediaFacts } from '../../domain/media.ts'
import type { Db } from '../../domain/tables.ts'
import type { Asset } from '../../domain/task.ts'
import { getAsset } from '../../store/assets.ts'
import { sideCarIds } from '../../store/sideCars.ts'
import type { TaskParts } from '../parts.ts'
import { isInLanguage } from './language.ts'
import { sideCarOf, wantedLanguage } from './sideCar.ts'

/** What is said in some media, in one language: a track of the file, or an asset that its owner put beside it. */
export type Track = { language?: string } & (
  { stream: number } | { asset: Asset; objectHash: string | undefined }
)

/** Has the media in a file while `use` runs. */
export type WithFile = <T>(use: (file: string) => Promise<T>) => Promise<T>

export interface MediaWithTracks {
  accountId: string
  /** Absent: the media is no asset, and has only tracks of its own. */
  asset?: Asset | undefined
  facts: Pick<MediaFacts, 'subtitles'>
}

/** All tracks in the order in which they are used: what was put beside the media goes before what is in it. */
export async function allTracks(db: Db, { accountId, asset, facts }: MediaWithTracks): Promise<Track[]> {
  const ids = asset === undefined ? [] : await sideCarIds(db, accountId, asset.id)
  const found = await Promise.all(ids.map((id) => getAsset(db, accountId, id)))
  const besides = found.flatMap((each) => (each ? [besideOf(each)] : []))
  const own = facts.subtitles.map(({ stream, language }) => ({
    stream,
    ...(language !== undefined && { language }),
  }))
  return [...besides, ...own]
}

function besideOf({ asset, objectHash }: { asset: Asset; objectHash?: string }): Track {
  const language = sideCarOf(asset)?.language
  return { asset, objectHash, ...(language !== undefined && { language }) }
}

/** Those of them that are in the language, if one is wanted. */
export const inLanguage = (tracks: readonly Track[], wanted: string | undefined): Track[] =>
  tracks.filter(({ language }) => wanted === undefined || isInLanguage(language, wanted))

/** The tracks from which the words of some media are taken to be embedded: in the language that its owner wants. */
export const usedTracks = async (db: Db, media: MediaWithTracks): Promise<Track[]> =>
  inLanguage(await allTracks(db, media), media.asset && wantedLanguage(media.asset))

/** True while an asset beside the media is still looked at: what is said is not known before. */
export const isUnfinished = (tracks: readonly Track[]): boolean =>
  tracks.some((track) => 'asset' in track && track.asset.state === 'processing')

/** The lines of a track. Throws `asset_failed`, `input_missing`, and what reading it throws. */
export async function readTrack(
  { compute, objects }: Pick<TaskParts, 'compute' | 'objects'>,
  withMedia: WithFile,
  track: Track,
  signal: AbortSignal,
): Promise<Cue[]> {
  if ('stream' in track) return withMedia((file) => compute.readCues(file, track.stream, signal))
  const { asset, objectHash } = track
  if (asset.state === 'failed')
    throw new EmbedlineError('asset_failed', asset.failure?.message ?? 'The asset failed.')
  if (objectHash === undefined) throw new EmbedlineError('input_missing', 'The file is not here yet.')
  const bytes = { accountId: asset.accountId, hash: objectHash }
  return objects.useFile(bytes, signal, (file) => compute.readSubtitles(file, asset.filename, signal))
}

/** The lines of the first track that can be read, with a word on those that cannot and those that are not used. */
export async function readCues(
  parts: Pick<TaskParts, 'compute' | 'objects'>,
  { withMedia, tracks }: { withMedia: WithFile; tracks: readonly Track[] },
  signal: AbortSignal,
): Promise<{ cues: Cue[]; warnings: Warning[] }> {
  const option = 'transcription'
  const warnings: Warning[] = []
  if (tracks.length > 1)
    warnings.push({
      code: 'extra_streams_ignored',
      message: `The first of ${tracks.length} subtitle tracks is used.`,
      option,
    })
  for (const track of tracks) {
    try {
      return { cues: await readTrack(parts, withMedia, track, signal), warnings }
    } catch (failure) {
      if (!(failure instanceof EmbedlineError) || failure.retryable) throw failure
      const which = 'stream' in track ? 'The subtitle track' : `The subtitle track of asset ${track.asset.id}`
      const message = `${which} cannot be read: ${failure.message}`
      warnings.push({ code: 'subtitles_unreadable', message, option })
    }
  }
  return { cues: [], warnings }
}
