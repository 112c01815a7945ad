import { makeByteProducts, paddedLength, type KernelKind } from './byteProducts.ts'
import { dot, lengthOf } from './dot.ts'
import { mostOff, roundVector } from './rounding.ts'
import {
  BLOCK_ROWS,
  blockBytes,
  copyRow,
  makeRowBlock,
  writeRow,
  type ChunkId,
  type RowBlock,
} from './rowBlock.ts'
import { makeTopList } from './topList.ts'

/** A chunk and how near its vector is to the query's: the product of both, for unit vectors the cosine. */
export interface Neighbour extends ChunkId {
  cosine: number
}

export interface NearestOptions {
  /** Leaves out the chunks for which it is false. */
  isWanted?: ((fileId: number, ordinal: number) => boolean) | undefined
  /** Leaves out what is below. */
  minCosine?: number | undefined
}

/** What a scan still looks for, by what it has met so far. */
export interface Bar {
  /** What is below does not matter any more. */
  readonly least: number
  /** Whether a chunk that is at most so near may matter. Absent: all that are not below `least`. */
  admits?(atMost: number, fileId: number, ordinal: number): boolean
  /** Tells of a chunk that is at least so near. */
  meet(atLeast: number, fileId: number, ordinal: number): void
}

/** Vectors of one length, searched exactly. */
export interface Matrix {
  readonly rowCount: number
  /** Memory taken. */
  readonly sizeBytes: number
  add(chunk: ChunkId, vector: Float32Array): void
  /** Removes all rows of these files. */
  remove(fileIds: ReadonlySet<number>): void
  /** What multiplies the roundings. */
  readonly kernel: KernelKind
  /** The chunks that matter to `bar`, in no order, with some that do not: its bounds are never too high. */
  scan(query: Float32Array, bar: Bar, isWanted?: NearestOptions['isWanted']): Neighbour[]
  /** The nearest chunks, best first, equal ones by file and ordinal: the very same that `dot` with every row gives. */
  nearest(query: Float32Array, limit: number, options?: NearestOptions): Neighbour[]
  /** How many chunks there are for which `isWanted` says so. */
  count(isWanted: (fileId: number, ordinal: number) => boolean): number
  /** How near the chunks are for which `isWanted` says so, in no order. */
  cosines(query: Float32Array, isWanted: (fileId: number, ordinal: number) => boolean): Neighbour[]
}

/**
 * An empty matrix. Beside each vector lies its rounding to bytes with the length of what was lost, from which follows
 * how far the product of two roundings can be off. A search multiplies the roundings, a quarter of the memory, and then
 * exactly the few vectors which that bound leaves as possibly among the best: nothing is missed.
 */
export function makeMatrix(vectorLength: number): Matrix {
  const blocks: RowBlock[] = []
  const rowBytes = paddedLength(vectorLength)
  let products: ReturnType<typeof makeByteProducts> | undefined
  let rowCount = 0

  const blockOf = (row: number): RowBlock => {
    const index = Math.floor(row / BLOCK_ROWS)
    return (blocks[index] ??= makeRowBlock(vectorLength))
  }

  function* rows(): Generator<{ block: RowBlock; used: number }> {
    for (const [index, block] of blocks.entries())
      yield { block, used: Math.min(BLOCK_ROWS, rowCount - index * BLOCK_ROWS) }
  }

  const ownProducts = () => (products ??= makeByteProducts(rowBytes, BLOCK_ROWS))

  /** Rows that may matter, among them all that do. */
  function candidates(query: Float32Array, bar: Bar, isWanted: NearestOptions['isWanted']): Candidate[] {
    const multiplied = ownProducts()
    const rounded = new Int16Array(rowBytes)
    const { scale, error } = roundVector(query, rounded, 0)
    const length = lengthOf(query)
    multiplied.setQuery(rounded)
    const mayMatter = ({ block, row, atMost }: Candidate) =>
      atMost >= bar.least && (bar.admits?.(atMost, block.files[row] ?? 0, block.ordinals[row] ?? 0) ?? true)
    const found: Candidate[] = []
    for (const { block, used } of rows()) {
      const sums = multiplied.of(block.bytes, used)
      for (let row = 0; row < used; row++) {
        const about = (sums[row] ?? 0) * (block.scales[row] ?? 0) * scale
        const off = mostOff(block.errors[row] ?? 0, block.lengths[row] ?? 0, error, length) + ROUNDING
        if (about + off < bar.least) continue
        const fileId = block.files[row] ?? 0
        const ordinal = block.ordinals[row] ?? 0
        if (isWanted && !isWanted(fileId, ordinal)) continue
        if (bar.admits && !bar.admits(about + off, fileId, ordinal)) continue
        found.push({ block, row, atMost: about + off })
        bar.meet(about - off, fileId, ordinal)
      }
    }
    return found.filter(mayMatter)
  }

  const neighbour = (query: Float32Array, block: RowBlock, row: number): Neighbour => ({
    fileId: block.files[row] ?? 0,
    ordinal: block.ordinals[row] ?? 0,
    cosine: dot(query, block.numbers, row * vectorLength),
  })

  return {
    get rowCount() {
      return rowCount
    },
    get sizeBytes() {
      return blocks.length * blockBytes(vectorLength)
    },

    add(chunk, vector) {
      if (vector.length !== vectorLength) throw new Error(`a vector of ${vector.length} numbers`)
      writeRow(blockOf(rowCount), rowCount % BLOCK_ROWS, chunk, vector)
      rowCount++
    },

    remove(fileIds) {
      for (let row = 0; row < rowCount;) {
        const block = blockOf(row)
        if (!fileIds.has(block.files[row % BLOCK_ROWS] ?? 0)) row++
        else {
          rowCount--
          copyRow(blockOf(rowCount), rowCount % BLOCK_ROWS, block, row % BLOCK_ROWS)
        }
      }
      blocks.length = Math.ceil(rowCount / BLOCK_ROWS)
    },

    get kernel() {
      return ownProducts().kernel
    },

    scan: (query, bar, isWanted) =>
      candidates(query, bar, isWanted).map(({ block, row }) => neighbour(query, block, row)),

    nearest(query, limit, { isWanted, minCosine = EVERY } = {}) {
      const nearest = makeTopList(limit, compareNeighbours)
      for (const found of this.scan(query, barOfBest(limit, minCosine), isWanted))
        if (found.cosine >= minCosine) nearest.add(found)
      return nearest.sorted()
    },

    count(isWanted) {
      let count = 0
      for (const { block, used } of rows())
        for (let row = 0; row < used; row++)
          if (isWanted(block.files[row] ?? 0, block.ordinals[row] ?? 0)) count++
      return count
    },

    cosines(query, isWanted) {
      const found: Neighbour[] = []
      for (const { block, used } of rows())
        for (let row = 0; row < used; row++)
          if (isWanted(block.files[row] ?? 0, block.ordinals[row] ?? 0))
            found.push(neighbour(query, block, row))
      return found
    },
  }
}

interface Candidate {
  block: RowBlock
  row: number
  /** The product is not more than this. */
  atMost: number
}

function barOfBest(limit: number, minCosine: number): Bar {
  const surest = makeTopList<number>(limit, (one, other) => other - one)
  let least = minCosine
  return {
    get least() {
      return least
    },
    meet(atLeast) {
      if (!surest.admits(atLeast)) return
      surest.add(atLeast)
      least = Math.max(minCosine, surest.last() ?? minCosine)
    },
  }
}

/** Not -1, because a cosine of rounded numbers may be a little below. */
export const EVERY = Number.NEGATIVE_INFINITY

/** More than the rounding of a few thousand additions in double precision can be, for vectors of about unit length. */
const ROUNDING = 1e-9

/** The better one first: nearer, or of the earlier file, or earlier in the file. */
export const compareNeighbours = (one: Neighbour, other: Neighbour): number =>
  other.cosine - one.cosine || one.fileId - other.fileId || one.ordinal - other.ordinal
