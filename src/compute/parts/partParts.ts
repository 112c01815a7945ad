import type { Limits } from '../../domain/limits.ts'
import type { EmbeddingModel } from '../../domain/model.ts'
import type { PartVector } from '../../domain/partWork.ts'
import type { Tools } from '../../media/tools.ts'
import type { Units } from '../units.ts'

/** What embedding a part needs. */
export interface PartParts extends Units {
  tools: Tools
  limits: Limits
  model: EmbeddingModel
  signal: AbortSignal
  /** Takes vectors; the next ones begin when it returns. */
  handOver: (vectors: readonly PartVector[]) => Promise<void>
}
