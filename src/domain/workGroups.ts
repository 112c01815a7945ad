import { ITEM_KINDS, type ItemKind } from './itemKinds.ts'

/** What a worker can be for. Each kind of item is of one group. */
export const WORK_GROUPS = ['media', 'text', 'fetch', 'control'] as const

export type WorkGroup = (typeof WORK_GROUPS)[number]

const GROUP: Record<ItemKind, WorkGroup> = {
  // Looks into files and embeds what is in them.
  inspect: 'media',
  plan: 'media',
  slice: 'media',
  part: 'media',
  // Many small texts.
  document: 'text',
  lines: 'text',
  // Waits for other machines.
  fetch: 'fetch',
  assemble: 'fetch',
  crawl: 'fetch',
  // Short, but for long lists: little of it is computed.
  list: 'control',
  finish: 'control',
  conclude: 'control',
  retry: 'control',
  check: 'control',
  gather: 'control',
}

/** The kinds of items that such groups consist of. */
export const kindsOf = (groups: readonly WorkGroup[]): ItemKind[] =>
  ITEM_KINDS.filter((kind) => groups.includes(GROUP[kind]))
