/** What the pieces of work are that the queue hands out. */
export const ITEM_KINDS = [
  'fetch',
  'assemble',
  'inspect',
  'plan',
  'slice',
  'part',
  'finish',
  'list',
  'crawl',
  'document',
  'conclude',
  'retry',
  'check',
  'lines',
  'gather',
] as const

export type ItemKind = (typeof ITEM_KINDS)[number]
