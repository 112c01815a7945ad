import { QUADRANTS, type Quadrant } from '../domain/embedding.ts'

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
