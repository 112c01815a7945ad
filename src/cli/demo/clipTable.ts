import { aligned } from '../table.ts'
import type { Hit, TaskVector } from './vectors.ts'

const ROW_LIMIT = 40
const SHOWN_NUMBERS = 4
const INDENT = '   '

/** `65.5` → `1:05.5`. */
export const clockTime = (sec: number): string =>
  `${Math.floor(sec / 60)}:${(sec % 60).toFixed(1).padStart(4, '0')}`

const span = ({ startSec, endSec }: TaskVector): string => `${clockTime(startSec)} – ${clockTime(endSec)}`

/** The vectors of a task, one a line: times, option, scope, space, dimension, first numbers. */
export function clipTable(vectors: readonly TaskVector[]): string {
  const rows = vectors.slice(0, ROW_LIMIT).map((each) => [
    span(each),
    each.option,
    each.scope,
    each.space,
    String(each.vector.length),
    each.vector
      .slice(0, SHOWN_NUMBERS)
      .map((value) => value.toFixed(4).padStart(7))
      .join(' '),
  ])
  const rest = vectors.length - rows.length
  const table = aligned([['time', 'option', 'scope', 'space', 'dim', 'first numbers'], ...rows], INDENT)
  return rest > 0 ? `${table}   … and ${rest} more\n` : table
}

/** The three nearest clips, one a line. */
export const hitTable = (hits: readonly Hit[]): string =>
  aligned(
    hits.slice(0, 3).map(({ vector, cosine }) => [span(vector), `cosine ${cosine.toFixed(3)}`]),
    INDENT,
  )
