import { spaceOf, type InputKind, type ModelFacts } from '../../domain/model.ts'

/** The contract's vectors have so many numbers (specs of the Embed API v2, section 4.1). */
const CONTRACT_DIMENSION = 512

/** How many numbers of a model's vectors this contract shows: 512 of a longer one whose prefixes are vectors too. */
export function shownDimension(facts: ModelFacts, kind: InputKind): number {
  const { dimension } = spaceOf(facts, kind)
  return facts.arePrefixesUsable === true ? Math.min(dimension, CONTRACT_DIMENSION) : dimension
}
