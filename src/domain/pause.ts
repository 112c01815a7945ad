import { modelOf, type AnyTask } from './task.ts'

/** Which tasks: what is absent stands for all. */
export interface PauseScope {
  accountId?: string
  kind?: AnyTask['kind']
  modelId?: string
}

/** While it lasts no item of these tasks starts; what runs goes on to the end of its item. */
export interface Pause extends PauseScope {
  id: number
  /** As the operator names it. */
  accountName?: string
  createdMs: number
  endedMs?: number
}

/** What of a task a pause looks at. */
export const scopeOf = (task: AnyTask): Required<PauseScope> => ({
  accountId: task.accountId,
  kind: task.kind,
  modelId: modelOf(task).id,
})

/** True when the pause holds tasks of this scope. */
export const holds = (pause: PauseScope, { accountId, kind, modelId }: Required<PauseScope>): boolean =>
  (pause.accountId ?? accountId) === accountId &&
  (pause.kind ?? kind) === kind &&
  (pause.modelId ?? modelId) === modelId
