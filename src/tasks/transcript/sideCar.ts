import type { Asset } from '../../domain/task.ts'

/** The keys of an asset's own metadata by which its owner says what belongs to what. */
const OF_MEDIA = 'transcript_of'
const LANGUAGE = 'language'
const WANTED_LANGUAGE = 'transcript_language'

const textIn = ({ userMetadata = {} }: Pick<Asset, 'userMetadata'>, key: string): string | undefined => {
  const value = userMetadata[key]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Of which asset this one holds the subtitles, and in which language, as its owner says. */
export function sideCarOf(
  asset: Pick<Asset, 'userMetadata'>,
): { mediaId: string; language?: string } | undefined {
  const mediaId = textIn(asset, OF_MEDIA)
  const language = textIn(asset, LANGUAGE)
  return mediaId === undefined ? undefined : { mediaId, ...(language !== undefined && { language }) }
}

/** In which language the owner wants what is said in an asset to be embedded. */
export const wantedLanguage = (asset: Pick<Asset, 'userMetadata'>): string | undefined =>
  textIn(asset, WANTED_LANGUAGE)
