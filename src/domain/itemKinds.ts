import type { ItemKind } from './tables.ts'

// Every kind is here, or this file does not compile.
const KINDS = {
  fetch: true,
  assemble: true,
  inspect: true,
  plan: true,
  slice: true,
  part: true,
  finish: true,
  list: true,
  crawl: true,
  document: true,
  conclude: true,
  retry: true,
  check: true,
  lines: true,
  gather: true,
} as const satisfies Record<ItemKind, true>

export const ITEM_KINDS = Object.keys(KINDS) as readonly ItemKind[]
