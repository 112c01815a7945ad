import { spaceOf, type InputKind, type ModelFacts } from '../../domain/model.ts'

/** The contract's vectors have so many numbers (specs of the Embed API v2, section 4.1). */
const CONTRACT_DIMENSION = 512

/**
 * Of longer vectors this contract shows so many numbers: those that were wanted, else 512, where they are a vector too;
 * otherwise all of them.
 */
export const mostShown = ({ arePrefixesUsable }: ModelFacts, wanted = CONTRACT_DIMENSION): number =>
  arePrefixesUsable === true ? wanted : Number.POSITIVE_INFINITY

/** How many numbers of a model's vectors this contract shows. */
export const shownDimension = (facts: ModelFacts, kind: InputKind, wanted?: number): number =>
  Math.min(spaceOf(facts, kind).dimension, mostShown(facts, wanted))
