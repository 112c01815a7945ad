import { MODALITIES, SCOPES, type Modality, type Scope, type Space } from '../domain/embedding.ts'
import type { Db } from '../domain/tables.ts'
import { pagePosition } from './position.ts'
import { float32Of } from './vectorBytes.ts'

/** Which vectors of a task are meant: those of clips that overlap a stretch of time, of a page, of a chunk, or of the whole. */
export type StoredPlace =
  | { scope: 'clip'; startMs: number; endMs: number }
  | { scope: 'page'; page: number }
  | { scope: 'chunk'; chunk: number }
  | { scope: 'asset' }

export interface StoredVector {
  modality: Modality
  space: Space
  /** Milliseconds; 0 for what has no time. */
  durationMs: number
  /** Unit length. */
  vector: Float32Array
}

/** The vectors of a task at a place in the order of time and modality, at most `limit`. */
export async function readVectors(
  db: Db,
  taskId: string,
  place: StoredPlace,
  { modality, limit }: { modality?: Modality; limit: number },
): Promise<StoredVector[]> {
  let matching = db
    .selectFrom('embedding')
    .select(['scope_order', 'position', 'end_ms', 'modality_order', 'space', 'vector'])
    .where('task_id', '=', taskId)
    .where('scope_order', '=', SCOPES.indexOf(place.scope))
  if (place.scope === 'clip')
    matching = matching.where('position', '<', place.endMs).where('end_ms', '>', place.startMs)
  if (place.scope === 'page') matching = matching.where('position', '=', pagePosition(place.page))
  if (place.scope === 'chunk') matching = matching.where('position', '=', place.chunk)
  if (modality !== undefined) matching = matching.where('modality_order', '=', MODALITIES.indexOf(modality))
  const rows = await matching.orderBy('position').orderBy('modality_order').limit(limit).execute()
  return rows.map((row) => ({
    modality: modalityAt(row.modality_order),
    space: row.space,
    durationMs: isTimed(place.scope) ? row.end_ms - row.position : 0,
    vector: float32Of(row.vector),
  }))
}

const isTimed = (scope: Scope): boolean => scope === 'clip' || scope === 'asset'

export function modalityAt(order: number): Modality {
  const modality = MODALITIES[order]
  if (!modality) throw new Error(`no modality has the order ${order}`)
  return modality
}
