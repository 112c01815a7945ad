/**
 * Moments between two steps at which a crash could lose or double something. Whoever opens the parts says what happens
 * when one is reached: nothing, or, in tests, the end of the process.
 */
export const FAILURE_POINTS = [
  'before claim',
  'after claim',
  'between compute and commit',
  'between upload and row',
  'between commit and delete',
  'in a migration',
  'in a plan',
] as const

export type FailurePoint = (typeof FAILURE_POINTS)[number]

export type Reach = (point: FailurePoint) => void

export const reachNothing: Reach = () => {}
