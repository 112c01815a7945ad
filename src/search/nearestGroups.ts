import { makeBestKeys, type BestKeys } from './bestKeys.ts'
import {
  compareNeighbours,
  EVERY,
  type Bar,
  type Matrix,
  type Neighbour,
  type NearestOptions,
} from './matrix.ts'

export interface GroupedOptions extends NearestOptions {
  /** At most so many groups, at least 1. */
  groups: number
  /** Of each group at most so many chunks, at least 1. */
  moments: number
  /** Which group a chunk is of. */
  groupOf: (fileId: number, ordinal: number) => number
  /** What a chunk is of within its group: of several chunks of one place the best counts. */
  placeOf: (fileId: number, ordinal: number) => string | number
}

export interface GroupedNeighbours {
  /** Best first, and in each its chunks best first. */
  groups: Neighbour[][]
  /** How many vectors were multiplied as they are, and not only their roundings. */
  exactCount: number
}

type PlaceOf = GroupedOptions['placeOf']

/**
 * The groups that have the nearest chunks, and the best chunks of each: the very same as if all chunks were ranked,
 * grouped and cut off then. A first scan finds the groups; a second one, if more than one chunk is wanted of each, looks
 * at the chunks of those groups alone.
 */
export function nearestGroups(
  matrix: Matrix,
  query: Float32Array,
  options: GroupedOptions,
): GroupedNeighbours {
  const { groups: most, moments, groupOf, placeOf, isWanted, minCosine = EVERY } = options
  const isNear = ({ cosine }: Neighbour) => cosine >= minCosine
  const scanned = matrix.scan(query, barOfGroups(most, minCosine, groupOf), isWanted)
  const best = bestOf(scanned.filter(isNear), groupOf).slice(0, most)
  if (moments === 1) return { groups: best.map((one) => [one]), exactCount: scanned.length }
  const chosen = new Map(
    best.map(({ fileId, ordinal }) => [groupOf(fileId, ordinal), makeBestKeys<string | number>(moments)]),
  )
  const isChosen = (fileId: number, ordinal: number) =>
    chosen.has(groupOf(fileId, ordinal)) && (isWanted?.(fileId, ordinal) ?? true)
  const members = matrix.scan(query, barOfPlaces(chosen, minCosine, options), isChosen)
  const byGroup = Map.groupBy(members.filter(isNear), ({ fileId, ordinal }) => groupOf(fileId, ordinal))
  return {
    groups: [...chosen.keys()].map((group) => bestOf(byGroup.get(group) ?? [], placeOf).slice(0, moments)),
    exactCount: scanned.length + members.length,
  }
}

/** Of each key the nearest, best first. */
function bestOf(found: readonly Neighbour[], keyOf: PlaceOf): Neighbour[] {
  const best = new Map<string | number, Neighbour>()
  for (const one of found) {
    const key = keyOf(one.fileId, one.ordinal)
    const known = best.get(key)
    if (!known || compareNeighbours(one, known) < 0) best.set(key, one)
  }
  return [...best.values()].sort(compareNeighbours)
}

function barOfGroups(groups: number, minCosine: number, groupOf: GroupedOptions['groupOf']): Bar {
  const surest = makeBestKeys<number>(groups)
  return {
    get least() {
      return Math.max(minCosine, surest.least)
    },
    meet: (atLeast, fileId, ordinal) => surest.take(groupOf(fileId, ordinal), atLeast),
  }
}

function barOfPlaces(
  chosen: ReadonlyMap<number, BestKeys<string | number>>,
  minCosine: number,
  { groupOf, placeOf }: GroupedOptions,
): Bar {
  const placesOf = (fileId: number, ordinal: number) => chosen.get(groupOf(fileId, ordinal))
  return {
    least: minCosine,
    admits: (atMost, fileId, ordinal) => atMost >= (placesOf(fileId, ordinal)?.least ?? EVERY),
    meet(atLeast, fileId, ordinal) {
      const places = placesOf(fileId, ordinal)
      if (places && atLeast > places.least) places.take(placeOf(fileId, ordinal), atLeast)
    },
  }
}
