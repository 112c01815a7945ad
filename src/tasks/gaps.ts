import type { Warning } from '../domain/embedding.ts'
import type { Failure } from '../domain/task.ts'
import type { Item } from '../queue/item.ts'
import type { PartPayload } from './embedPart.ts'
import type { SlicePayload } from './plan.ts'

/** What is missing in the results of a task because of an item that failed. */
export function gapsOf({ kind, payload }: Pick<Item, 'kind' | 'payload'>, failure: Failure): Warning[] {
  if (kind === 'slice') return [sliceGap(payload as SlicePayload, failure)]
  return kind === 'part' ? partGaps(payload as PartPayload, failure) : []
}

function sliceGap({ slices }: SlicePayload, failure: Failure): Warning {
  const startSec = (slices[0]?.startMs ?? 0) / 1000
  const endSec = (slices.at(-1)?.endMs ?? 0) / 1000
  return {
    code: 'segment_skipped',
    message: `Nothing from ${startSec} s to ${endSec} s: ${failure.message}`,
    startSec,
    endSec,
  }
}

function partGaps({ part }: PartPayload, { message }: Failure): Warning[] {
  switch (part.kind) {
    case 'picture':
      // Nothing else is left.
      return []
    case 'pages':
      return [{ code: 'page_skipped', message: `Nothing of pages ${part.first} to ${part.last}: ${message}` }]
    case 'words':
      return [{ code: 'option_unavailable', message: `No text embeddings: ${message}`, option: 'text' }]
    case 'chunks':
      return [{ code: 'chunk_skipped', message: `Not all chunks are embedded: ${message}`, option: 'text' }]
  }
}
