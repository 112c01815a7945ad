import { GREY_SIDE } from './planes.ts'

/** Edges with a smaller squared difference are noise. */
const FAINTEST = 16
export const ORIENTATIONS = 8

/** The visible edges of a picture, one entry per pixel that has one. */
export interface Edges {
  count: number
  column: Uint8Array
  row: Uint8Array
  /** The square root of the gradient's length: strong edges shall not outweigh all others. */
  weight: Float64Array
  /** Without direction, in bins: -0.5 up to 7.5, where bin centres are whole numbers and -0.5 is the same as 7.5. */
  orientation: Float64Array
}

/** Finds edges by central differences. The outermost pixels have none. */
export function findEdges(grey: Float32Array): Edges {
  const most = (GREY_SIDE - 2) ** 2
  const edges: Edges = {
    count: 0,
    column: new Uint8Array(most),
    row: new Uint8Array(most),
    weight: new Float64Array(most),
    orientation: new Float64Array(most),
  }
  for (let y = 1; y < GREY_SIDE - 1; y++) {
    for (let x = 1; x < GREY_SIDE - 1; x++) {
      const i = y * GREY_SIDE + x
      const across = (grey[i + 1] ?? 0) - (grey[i - 1] ?? 0)
      const down = (grey[i + GREY_SIDE] ?? 0) - (grey[i - GREY_SIDE] ?? 0)
      const squared = across * across + down * down
      if (squared >= FAINTEST) addEdge(edges, x, y, across, down, squared)
    }
  }
  return edges
}

function addEdge(edges: Edges, x: number, y: number, across: number, down: number, squared: number): void {
  const angle = Math.atan2(down, across)
  const halfTurns = (angle < 0 ? angle + Math.PI : angle) / Math.PI
  edges.column[edges.count] = x
  edges.row[edges.count] = y
  edges.weight[edges.count] = Math.sqrt(Math.sqrt(squared))
  edges.orientation[edges.count] = halfTurns * ORIENTATIONS - 0.5
  edges.count++
}
