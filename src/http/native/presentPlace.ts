import type { Place } from '../../domain/document.ts'

/** Where in its document a chunk stands. */
export const presentPlace = ({ startSec, endSec, articleUrl, ...same }: Place) => ({
  ...same,
  ...(startSec !== undefined && { start_sec: startSec }),
  ...(endSec !== undefined && { end_sec: endSec }),
  ...(articleUrl !== undefined && { article_url: articleUrl }),
})
