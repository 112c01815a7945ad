import { QUADRANTS, type EmbeddingPlace, type Quadrant, type Scope } from '../domain/embedding.ts'

/** A page has room for itself and its four quarters. */
const PLACES = QUADRANTS.length + 1

/** The position of the vector of a page, counted from 1, or of a quarter of it. */
export const pagePosition = (page: number, quadrant?: Quadrant): number =>
  page * PLACES + (quadrant === undefined ? 0 : QUADRANTS.indexOf(quadrant) + 1)

/** The page at a position, and which quarter of it. */
export function pageAt(position: number): { page: number; quadrant?: Quadrant } {
  const quadrant = QUADRANTS[(position % PLACES) - 1]
  return { page: Math.floor(position / PLACES), ...(quadrant && { quadrant }) }
}

/** What the position of a vector says of where it stands in its asset. */
export const placeAt = (scope: Scope, stored: { position: number; endMs: number }): EmbeddingPlace =>
  PLACE[scope](stored)

type PlaceOf = (stored: { position: number; endMs: number }) => EmbeddingPlace

const NO_TIME = { startSec: 0, endSec: 0 }

const timeOf: PlaceOf = ({ position, endMs }) => ({ startSec: position / 1000, endSec: endMs / 1000 })

const PLACE: Readonly<Record<Scope, PlaceOf>> = {
  clip: timeOf,
  asset: timeOf,
  page: ({ position }) => ({ ...NO_TIME, ...pageAt(position) }),
  chunk: ({ position }) => ({ ...NO_TIME, chunk: position }),
}
