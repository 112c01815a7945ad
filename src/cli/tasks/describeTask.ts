import type { Task } from '../../client/client.ts'

/** The file, address, bucket or kind of input that a task is about. */
export const sourceOf = ({ input }: Pick<Task, 'input'>): string =>
  input.filename ?? input.url ?? input.bucket ?? input.type

export const stateOf = ({ state, is_paused: isPaused }: Task): string =>
  isPaused ? `${state}, paused` : state

export const hasEnded = ({ state }: Pick<Task, 'state'>): boolean =>
  state !== 'queued' && state !== 'processing'

/** Nothing of it can be used. */
export const hasFailed = ({ state }: Pick<Task, 'state'>): boolean =>
  state === 'failed' || state === 'cancelled'

export const percentOf = ({ progress }: Pick<Task, 'progress'>): string =>
  `${Math.floor(100 * progress.fraction)} %`

type Progress = Pick<Task['progress'], 'items_total' | 'items_done' | 'items_failed' | 'eta_sec'>

/** `7 of 15 items, 1 failed, 14 s left`. */
export function countsOf(progress: Progress): string {
  const { items_total: total, items_done: done, items_failed: failed, eta_sec: etaSec } = progress
  return [
    ...(total === null ? [] : [`${done} of ${total} items`]),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(etaSec === null || etaSec === 0 ? [] : [`${Math.ceil(etaSec)} s left`]),
  ].join(', ')
}

/** What came of it, in one line: `a.mp4: ready`, `b.mp4: failed, media_unreadable: …`. */
export const outcomeOf = (task: Task): string =>
  `${sourceOf(task)}: ${task.state}${task.error === undefined ? '' : `, ${task.error.code}: ${task.error.message}`}`

export const asJson = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`
