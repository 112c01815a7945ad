import type { Warning } from '../../domain/embedding.ts'
import type { Asset } from '../../domain/task.ts'
import { getAsset } from '../../store/assets.ts'
import type { TaskParts } from '../parts.ts'
import { sideCarOf } from './sideCar.ts'

/** Says so of subtitles that belong to an asset which the account does not have: nothing reads them. */
export async function sideCarWarnings({ store }: Pick<TaskParts, 'store'>, asset: Asset): Promise<Warning[]> {
  const mediaId = sideCarOf(asset)?.mediaId
  if (mediaId === undefined || (await getAsset(store.read, asset.accountId, mediaId))) return []
  const message = `There is no asset ${mediaId.slice(0, 100)}, whose subtitles these are said to be.`
  return [{ code: 'transcript_unused', message, option: 'transcription' }]
}
