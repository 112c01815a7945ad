import type { TaskNews } from '../../client/client.ts'

interface Told {
  state?: string
  error?: { code: string; message: string }
  item_kind?: string
  item_count?: number
  after?: string
  rerun_of?: string
}

/** Something that happened to a task, for people. */
export function describeNews(news: Pick<TaskNews, 'kind'>): string {
  const { state, error, item_kind: itemKind, item_count: count, after, rerun_of: before } = news as Told
  const why = error === undefined ? '' : `, ${error.code}: ${error.message}`
  if (news.kind === 'ended') return `ended: ${state}${why}`
  if (news.kind === 'item_failed') return `failed: ${itemKind}${why}`
  if (news.kind === 'recovered') return `recovered ${count} items after ${after?.replaceAll('_', ' ')}`
  return before === undefined ? news.kind : `${news.kind}, again of ${before}`
}
