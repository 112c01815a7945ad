import { centreToUnit, scaleToUnit } from '../unitLength.ts'
import { LAB_SIDE } from './planes.ts'
import type { LabPlanes } from './planes.ts'

const CELLS = 4
const CELL_SIDE = LAB_SIDE / CELLS

/**
 * Which colour is where: the mean Lab of a 4 x 4 grid, lightness against its mean, colours doubled. The grid and its
 * mirror image are added, so that a flipped picture has the same block.
 */
export function colourGrid(planes: LabPlanes): Float64Array {
  const grid = meanOfCells(planes)
  const mirrored = centreToUnit(mirror(grid))
  return scaleToUnit(centreToUnit(grid).map((entry, i) => entry + (mirrored[i] ?? 0)))
}

function meanOfCells({ lightness, a, b }: LabPlanes): Float64Array {
  const grid = new Float64Array(CELLS * CELLS * 3)
  for (let i = 0; i < lightness.length; i++) {
    const row = Math.floor(i / LAB_SIDE / CELL_SIDE)
    const column = Math.floor((i % LAB_SIDE) / CELL_SIDE)
    const cell = (row * CELLS + column) * 3
    grid[cell] = (grid[cell] ?? 0) + (lightness[i] ?? 0)
    grid[cell + 1] = (grid[cell + 1] ?? 0) + 2 * (a[i] ?? 0)
    grid[cell + 2] = (grid[cell + 2] ?? 0) + 2 * (b[i] ?? 0)
  }
  const means = grid.map((sum) => sum / CELL_SIDE ** 2)
  const lightnessMean = meanOfEveryThird(means)
  return means.map((mean, i) => (i % 3 === 0 ? mean - lightnessMean : mean))
}

function meanOfEveryThird(entries: Float64Array): number {
  let sum = 0
  for (let i = 0; i < entries.length; i += 3) sum += entries[i] ?? 0
  return sum / (entries.length / 3)
}

const mirror = (grid: Float64Array): Float64Array =>
  grid.map((_, i) => {
    const cell = Math.floor(i / 3)
    const row = cell - (cell % CELLS)
    return grid[(row + CELLS - 1 - (cell % CELLS)) * 3 + (i % 3)] ?? 0
  })
