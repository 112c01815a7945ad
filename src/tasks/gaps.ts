import type { Warning } from '../domain/embedding.ts'
import { lengthMs, type Slice } from '../domain/slices.ts'
import type { Failure } from '../domain/task.ts'
import type { Item } from '../queue/item.ts'
import type { SliceProgress } from './embed.ts'
import type { PartPayload } from './embedPart.ts'
import type { SlicePayload } from './plan.ts'

/** What is missing in the results of a task. */
export interface Gap {
  warnings: Warning[]
  /** Of video or sound. */
  mediaMs: number
}

/** What is missing because of an item that failed when it had got so far. */
export function gapOf(
  { kind, payload }: Pick<Item, 'kind' | 'payload'>,
  progress: unknown,
  failure: Failure,
): Gap {
  if (kind === 'slice')
    return sliceGap(payload as SlicePayload, progress as SliceProgress | undefined, failure)
  return { warnings: kind === 'part' ? partGap(payload as PartPayload, failure) : [], mediaMs: 0 }
}

function sliceGap(payload: SlicePayload, progress: SliceProgress | undefined, failure: Failure): Gap {
  const left: readonly Slice[] = payload.slices.slice(progress?.settled ?? 0)
  const startSec = (left[0]?.startMs ?? 0) / 1000
  const endSec = (left.at(-1)?.endMs ?? 0) / 1000
  const message = `Nothing from ${startSec} s to ${endSec} s: ${failure.message}`
  return {
    warnings: [{ code: 'segment_skipped', message, startSec, endSec }],
    mediaMs: left.reduce((sum, slice) => sum + lengthMs(slice), 0),
  }
}

function partGap({ part }: PartPayload, { message }: Failure): Warning[] {
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
