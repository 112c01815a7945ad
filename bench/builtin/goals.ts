/** One measured number and what it should be. */
export interface Goal {
  name: string
  measured: number
  must: number
  should: number
  /** Times are better when they are small. Absent: the number is better when it is large. */
  unit?: 'µs' | 'ms'
}

export type Verdict = 'good' | 'enough' | 'MISSED'

/** `good` reaches what it should, `enough` what it must. */
export function verdictOn({ measured, must, should, unit }: Goal): Verdict {
  const reaches = (goal: number) => (unit === undefined ? measured >= goal : measured <= goal)
  if (!reaches(must)) return 'MISSED'
  return reaches(should) ? 'good' : 'enough'
}

/** Goals of one measure at several lengths of the vectors, given in the same order. */
export const goalsAt = (
  lengths: readonly number[],
  name: string,
  measure: (length: number) => number,
  must: readonly number[],
  should: readonly number[],
): Goal[] =>
  lengths.map((length, i) => ({
    name: `${name}, ${length} numbers`,
    measured: measure(length),
    must: must[i] ?? 0,
    should: should[i] ?? 0,
  }))

const NAME_WIDTH = 62
const NUMBER_WIDTH = 9

export const tableHead = (): string =>
  `${'goal'.padEnd(NAME_WIDTH)}${['measured', 'must', 'should'].map((word) => word.padStart(NUMBER_WIDTH)).join('')}`

export function tableLine(goal: Goal): string {
  const numbers = [goal.measured, goal.must, goal.should].map((number) =>
    (goal.unit === undefined ? number.toFixed(3) : `${Number(number.toFixed(2))} ${goal.unit}`).padStart(
      NUMBER_WIDTH,
    ),
  )
  return `${goal.name.padEnd(NAME_WIDTH)}${numbers.join('')}  ${verdictOn(goal)}`
}
