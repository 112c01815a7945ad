import { centreToUnit, scaleToUnit, signedSquareRoots } from '../unitLength.ts'
import { ORIENTATIONS } from './edges.ts'
import type { Edges } from './edges.ts'
import { GREY_SIDE } from './planes.ts'

/** How edges run in each cell of a square grid: histograms of oriented gradients, `cells` x `cells` x 8. */
export function orientationGrid(edges: Edges, cells: number): Float64Array {
  const places = placesAlong(cells)
  const grid = new Float64Array(cells * cells * ORIENTATIONS)
  for (let i = 0; i < edges.count; i++) {
    const row = edges.row[i] ?? 0
    const column = edges.column[i] ?? 0
    const down = places.fraction[row] ?? 0
    const across = places.fraction[column] ?? 0
    const upper = (places.before[row] ?? 0) * cells
    const lower = (places.after[row] ?? 0) * cells
    const left = places.before[column] ?? 0
    const right = places.after[column] ?? 0
    const weight = edges.weight[i] ?? 0
    const orientation = edges.orientation[i] ?? 0
    addTurned(grid, upper + left, orientation, weight * (1 - down) * (1 - across))
    addTurned(grid, upper + right, orientation, weight * (1 - down) * across)
    addTurned(grid, lower + left, orientation, weight * down * (1 - across))
    addTurned(grid, lower + right, orientation, weight * down * across)
  }
  return grid
}

/** The grid of the mirrored picture. */
export function mirrored(grid: Float64Array, cells: number): Float64Array {
  const rowSize = cells * ORIENTATIONS
  // Columns run backwards, and so do orientations: with both in one row of numbers, the row is read backwards.
  return grid.map((_, i) => grid[i - (i % rowSize) + rowSize - 1 - (i % rowSize)] ?? 0)
}

/** Each cell scaled to about its own length, so that faint parts of a picture count; then centred. */
export function evenedGrid(grid: Float64Array): Float64Array {
  let squares = 0
  for (const entry of grid) squares += entry * entry
  const typical = Math.sqrt((squares * ORIENTATIONS) / grid.length)
  const evened = new Float64Array(grid.length)
  for (let start = 0; start < grid.length; start += ORIENTATIONS) {
    const cell = grid.subarray(start, start + ORIENTATIONS)
    const scale = Math.hypot(...cell) + typical
    if (scale > 0)
      evened.set(
        cell.map((entry) => entry / scale),
        start,
      )
  }
  return centreToUnit(signedSquareRoots(evened))
}

/** Orientations in a 4 x 4 grid. */
export const coarseOrientations = (edges: Edges): Float64Array => evenedGrid(orientationGrid(edges, 4))

/** Orientations in a 7 x 7 grid, the same for a picture and its mirror image. */
export function fineOrientations(edges: Edges): Float64Array {
  const cells = 7
  const grid = orientationGrid(edges, cells)
  const flipped = evenedGrid(mirrored(grid, cells))
  return scaleToUnit(evenedGrid(grid).map((entry, i) => entry + (flipped[i] ?? 0)))
}

interface Places {
  before: Uint8Array
  after: Uint8Array
  fraction: Float64Array
}

// Between which two cells each pixel lies, and how far it is towards the second.
function placesAlong(cells: number): Places {
  const places: Places = {
    before: new Uint8Array(GREY_SIDE),
    after: new Uint8Array(GREY_SIDE),
    fraction: new Float64Array(GREY_SIDE),
  }
  for (let pixel = 0; pixel < GREY_SIDE; pixel++) {
    const position = ((pixel + 0.5) / GREY_SIDE) * cells - 0.5
    const before = Math.floor(position)
    places.before[pixel] = Math.max(0, before)
    places.after[pixel] = Math.min(cells - 1, before + 1)
    places.fraction[pixel] = position - before
  }
  return places
}

// Shares a weight between the two nearest orientations of a cell; the last is next to the first.
function addTurned(grid: Float64Array, cell: number, orientation: number, weight: number): void {
  const lower = Math.floor(orientation)
  const fraction = orientation - lower
  const start = cell * ORIENTATIONS
  const first = start + ((lower + ORIENTATIONS) % ORIENTATIONS)
  const second = start + ((lower + 1) % ORIENTATIONS)
  grid[first] = (grid[first] ?? 0) + weight * (1 - fraction)
  grid[second] = (grid[second] ?? 0) + weight * fraction
}
