import type { ItemKind } from '../../../src/domain/tables.ts'
import { isFinal, type TaskState } from '../../../src/domain/states.ts'
import type { AnyTask } from '../../../src/domain/task.ts'
import { backoffMs, MAX_FAILURES } from '../../../src/queue/retry.ts'

// What tasks are supposed to do, in so few words that a person can check it: no transactions, no leases, no crashes.

export interface ModelItem {
  /** Unique within the task. */
  name: string
  kind: ItemKind
  state: 'queued' | 'held' | 'done' | 'failed' | 'cancelled'
  dueMs: number
  failures: number
  interruptions: number
}

export interface ModelTask {
  id: string
  kind: AnyTask['kind']
  account: number
  state: TaskState
  isPlanned: boolean
  items: Map<string, ModelItem>
  /** Files of a bucket that were found unchanged. */
  skipped: number
  assetVectors: number
}

export type Outcome = 'done' | 'fails' | 'stalls'

export interface ModelPause {
  id: number
  account?: number
  kind?: AnyTask['kind']
  model?: string
}

/** A video of two minutes and a half has three slices; each has a vector every 6 s for pictures and one for sound. */
const VECTORS_OF_SLICE = [20, 20, 10]
export const FILES = ['a.txt', 'b.txt', 'c.txt']

const COUNTED: readonly ItemKind[] = ['slice', 'document']
const PLANNERS: readonly ItemKind[] = ['plan', 'list']
const ENDS: readonly ItemKind[] = ['finish', 'conclude', 'retry']

export interface Model {
  nowMs: number
  /** In the order in which they were made. */
  tasks: ModelTask[]
  pauses: ModelPause[]
  /** Of each account, what is embedded of its bucket: files as they are now, and those that have chunks. */
  files: { isEmbedded: Map<string, boolean>; haveChunks: Set<string> }[]
}

export const emptyModel = (nowMs: number): Model => ({
  nowMs,
  tasks: [],
  pauses: [],
  files: [0, 1].map(() => ({ isEmbedded: new Map(), haveChunks: new Set() })),
})

export const isPaused = ({ pauses }: Model, { state, account, kind }: ModelTask): boolean =>
  !isFinal(state) &&
  pauses.some((pause) => (pause.account ?? account) === account && (pause.kind ?? kind) === kind)

/** What somebody may begin now. */
export const runnable = (model: Model): string[] =>
  model.tasks
    .filter((task) => !isFinal(task.state) && !isPaused(model, task))
    .flatMap((task) =>
      [...task.items.values()]
        .filter(({ state, dueMs }) => state === 'queued' && dueMs <= model.nowMs)
        .map(({ name }) => `${task.id} ${name}`),
    )

/** What a caller sees of a task. */
export interface Visible {
  state: TaskState
  isPaused: boolean
  items: number
  done: number
  failed: number
  skipped: number
  vectors: number
  /** Warnings of what is missing. */
  gaps: number
}

/** What a caller should see of a task. */
export function visible(model: Model, task: ModelTask): Visible {
  const counted = [...task.items.values()].filter(({ kind }) => COUNTED.includes(kind))
  const count = (state: ModelItem['state']) => counted.filter((item) => item.state === state).length
  const clips = counted
    .filter(({ kind, state }) => kind === 'slice' && state === 'done')
    .reduce((sum, { name }) => sum + (VECTORS_OF_SLICE[Number(name.split(' ')[1])] ?? 0), 0)
  return {
    state: task.state,
    isPaused: isPaused(model, task),
    items: counted.length,
    done: count('done'),
    failed: count('failed'),
    skipped: task.skipped,
    vectors: clips + task.assetVectors,
    gaps: task.kind === 'media' ? count('failed') : 0,
  }
}

export function addItem(model: Model, task: ModelTask, kind: ItemKind, name: string = kind): void {
  task.items.set(name, {
    name,
    kind,
    state: 'queued',
    dueMs: model.nowMs,
    failures: 0,
    interruptions: 0,
  })
}

export function create(model: Model, id: string, kind: AnyTask['kind'], account: number): void {
  const task: ModelTask = {
    id,
    kind,
    account,
    state: 'queued',
    isPlanned: false,
    items: new Map(),
    skipped: 0,
    assetVectors: 0,
  }
  model.tasks.push(task)
  addItem(model, task, kind === 'media' ? 'plan' : 'list')
}

const isOpen = ({ state }: ModelItem): boolean => state === 'queued' || state === 'held'

function endWhenDone(model: Model, task: ModelTask): void {
  const isDone = ![...task.items.values()].some((item) => COUNTED.includes(item.kind) && isOpen(item))
  if (task.isPlanned && isDone) addItem(model, task, task.kind === 'media' ? 'finish' : 'conclude')
}

/** The work on an item has come to something. */
export function settle(model: Model, task: ModelTask, item: ModelItem, outcome: Outcome): void {
  if (outcome === 'stalls' && ++item.failures < MAX_FAILURES) {
    item.state = 'queued'
    item.dueMs = model.nowMs + backoffMs(item.failures, 0.5)
    return
  }
  item.state = outcome === 'done' ? 'done' : 'failed'
  if (item.kind === 'document') {
    const { isEmbedded, haveChunks } = filesOf(model, task)
    isEmbedded.set(item.name, item.state === 'done')
    if (item.state === 'done') haveChunks.add(item.name)
  }
  if (COUNTED.includes(item.kind)) endWhenDone(model, task)
  else if (item.state === 'failed') task.state = 'failed'
  else if (item.kind === 'retry') takeUp(model, task)
  else if (PLANNERS.includes(item.kind)) plan(model, task)
  else end(model, task)
}

function plan(model: Model, task: ModelTask): void {
  task.state = 'processing'
  task.isPlanned = true
  if (task.kind === 'media')
    for (const index of VECTORS_OF_SLICE.keys()) addItem(model, task, 'slice', `slice ${index}`)
  else
    for (const file of FILES)
      if (filesOf(model, task).isEmbedded.get(file)) task.skipped++
      else addItem(model, task, 'document', file)
  endWhenDone(model, task)
}

function end(model: Model, task: ModelTask): void {
  const { done, failed, vectors } = visible(model, task)
  if (task.kind === 'media' && vectors > 0) task.assetVectors = 2
  const hasSome = task.kind === 'media' ? vectors > 0 : done > 0 || filesOf(model, task).haveChunks.size > 0
  task.state = failed === 0 ? 'ready' : hasSome ? 'partial' : 'failed'
}

export function cancel(model: Model, task: ModelTask): void {
  if (isFinal(task.state)) return
  task.state = 'cancelled'
  for (const item of task.items.values()) {
    if (!isOpen(item)) continue
    item.state = 'cancelled'
    if (item.kind === 'document') filesOf(model, task).isEmbedded.set(item.name, false)
  }
}

export const remove = (model: Model, task: ModelTask): void =>
  void (model.tasks = model.tasks.filter((each) => each !== task))

const isUnsuccessful = ({ state }: ModelItem): boolean => state === 'failed' || state === 'cancelled'

/** What a retry of the task comes to. */
export function retryOf(model: Model, task: ModelTask): 'nothing' | 'refused' | 'taken up' {
  if (!isFinal(task.state) || ![...task.items.values()].some(isUnsuccessful)) return 'nothing'
  const later = model.tasks.slice(model.tasks.indexOf(task) + 1)
  const isTaken = task.kind === 'bucket' && later.some((each) => isSameBucket(each, task))
  return isTaken ? 'refused' : 'taken up'
}

export const isSameBucket = (one: ModelTask, other: ModelTask): boolean =>
  one.kind === 'bucket' && other.kind === 'bucket' && one.account === other.account

export function reopen(model: Model, task: ModelTask): void {
  task.state = 'processing'
  task.isPlanned = false
  for (const end of ENDS) task.items.delete(end)
  addItem(model, task, 'retry')
}

function takeUp(model: Model, task: ModelTask): void {
  for (const item of task.items.values())
    if (isUnsuccessful(item))
      Object.assign(item, { state: 'queued', dueMs: model.nowMs, failures: 0, interruptions: 0 })
  task.isPlanned = [...task.items.values()].every(
    ({ kind, state }) => !PLANNERS.includes(kind) || state === 'done',
  )
  endWhenDone(model, task)
}

/** Whoever held something is dead. */
export function interruptAll(model: Model): void {
  for (const { items } of model.tasks)
    for (const item of items.values())
      if (item.state === 'held') {
        item.state = 'queued'
        item.dueMs = model.nowMs
        item.interruptions++
      }
}

const filesOf = (model: Model, { account }: ModelTask): Model['files'][number] => {
  const files = model.files[account]
  if (!files) throw new Error('no such account')
  return files
}
