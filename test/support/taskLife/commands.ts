import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect } from 'vitest'
import { isFinal } from '../../../src/domain/states.ts'
import type { Account, AnyTask } from '../../../src/domain/task.ts'
import { cancelTask } from '../../../src/tasks/cancel.ts'
import { deleteTask } from '../../../src/tasks/deleteTask.ts'
import { pause, resume, type PauseOrder } from '../../../src/tasks/pause.ts'
import { retryTask } from '../../../src/tasks/retryFailed.ts'
import { sweepLeases } from '../../../src/tasks/sweep.ts'
import {
  cancel,
  create,
  interruptAll,
  isSameBucket,
  remove,
  reopen,
  retryOf,
  runnable,
  settle,
  visible,
  type Model,
  type ModelPause,
  type ModelTask,
  type Outcome,
} from './model.ts'
import {
  accountOf,
  createReal,
  dyingAfter,
  nameOf,
  restartReal,
  seen,
  workReal,
  wrongBooks,
  type Real,
} from './real.ts'

const MOST_TASKS = 8
const MOST_HELD = 4
/** From the 25th on an item fails for that alone. */
const MOST_INTERRUPTIONS = 20

export type Command = fc.AsyncCommand<Model, Real>

interface Step {
  name: string
  check?: (model: Model) => boolean
  run: (model: Model, real: Real) => Promise<void>
}

/** After each command the room is compared with the model: every step is a poll of all tasks. */
const command = ({ name, check = () => true, run }: Step, onStep: () => void): Command => ({
  toString: () => name,
  check,
  async run(model, real) {
    onStep()
    await run(model, real)
    await compare(model, real)
  },
})

export async function compare(model: Model, real: Real): Promise<void> {
  const found = await seen(real)
  const expected = new Map(model.tasks.map((task) => [task.id, visible(model, task)]))
  // The comparison that can be shown costs more than all the rest.
  if (!isDeepStrictEqual(found, expected)) expect(found).toEqual(expected)
  expect(await wrongBooks(real)).toEqual([])
}

const taskAt = ({ tasks }: Model, at: number): ModelTask => {
  const task = tasks[at % tasks.length]
  if (!task) throw new Error('there are no tasks')
  return task
}

const hasTasks = ({ tasks }: Model): boolean => tasks.length > 0

async function createTask(model: Model, real: Real, kind: AnyTask['kind'], account: number): Promise<void> {
  const id = await createReal(real, kind, account)
  const active = model.tasks.findLast(
    (task) => !isFinal(task.state) && isSameBucket(task, { ...task, kind, account }),
  )
  if (kind === 'bucket' && active) expect(id).toBe(active.id)
  else create(model, id, kind, account)
}

/** Begins what may begin, and checks that it may. */
async function take(model: Model, real: Real): Promise<Real['held'][number] | undefined> {
  const item = await real.room.claim()
  if (!item) {
    expect(runnable(model)).toEqual([])
    return undefined
  }
  const name = await nameOf(real, item)
  expect(runnable(model)).toContain(`${item.taskId} ${name}`)
  const task = model.tasks.find(({ id }) => id === item.taskId)
  const known = task?.items.get(name)
  if (!task || !known) throw new Error('the model does not know what was claimed')
  known.state = 'held'
  return { item, task, name }
}

async function finishHeld(
  model: Model,
  real: Real,
  { item, task, name }: Real['held'][number],
  outcome: Outcome,
): Promise<void> {
  const known = task.items.get(name)
  if (!known) throw new Error('the model does not know what is held')
  const spoiled = ['plan', 'slice', 'document'].includes(known.kind) ? outcome : 'done'
  await workReal(real, item, spoiled)
  settle(model, task, known, spoiled)
}

/** Runs `work` on the next thing that may begin, if there is any. */
export async function workOnce(model: Model, real: Real, outcome: Outcome): Promise<boolean> {
  const taken = await take(model, real)
  if (taken) await finishHeld(model, real, taken, outcome)
  return taken !== undefined
}

/** Those who held something of a task do not know that it is not theirs any more. */
function disown(real: Real, isLost: (held: Real['held'][number]) => boolean): void {
  real.zombies.push(...real.held.filter(isLost).map(({ item }) => item))
  real.held = real.held.filter((each) => !isLost(each))
}

type Verb = 'cancel' | 'delete' | 'retry'

const VERBS: Record<Verb, (real: Real, account: Account, id: string) => Promise<unknown>> = {
  cancel: ({ room }, { id: account }, id) => cancelTask(room.parts, account, id),
  delete: ({ room }, { id: account }, id) => deleteTask(room.parts, account, id),
  retry: ({ room }, { id: account }, id) => retryTask(room.parts, account, id),
}

const MODEL_VERBS: Record<Verb, (model: Model, task: ModelTask) => void> = {
  cancel,
  delete: remove,
  retry(model, task) {
    if (retryOf(model, task) === 'taken up') reopen(model, task)
  },
}

async function apply(model: Model, real: Real, verb: Verb, task: ModelTask): Promise<void> {
  const done = VERBS[verb](real, accountOf(real, task.account), task.id)
  if (verb === 'retry' && retryOf(model, task) === 'refused')
    await expect(done).rejects.toMatchObject({ code: 'state_conflict' })
  else await done
  MODEL_VERBS[verb](model, task)
  if (verb !== 'retry') disown(real, (held) => held.task === task)
}

/** The process dies in the middle: what is seen afterwards is the task before, the task after, or a step between. */
async function applyAndDie(
  model: Model,
  real: Real,
  verb: Verb,
  task: ModelTask,
  transactions: number,
): Promise<void> {
  const run = () =>
    VERBS[verb](real, accountOf(real, task.account), task.id).catch((thrown: unknown) => {
      if (!(verb === 'retry' && retryOf(model, task) === 'refused' && hasCode(thrown))) throw thrown
    })
  await dyingAfter(real, transactions, run)
  await restartReal(real)
  const found = (await seen(real)).get(task.id)
  if (verb === 'delete' && !found) remove(model, task)
  else if (verb !== 'retry' && found?.state === 'cancelled') cancel(model, task)
  else if (verb === 'retry' && isFinal(task.state) && found?.state === 'processing') reopen(model, task)
  disown(real, () => true)
  interruptAll(model)
}

const hasCode = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && thrown.code === 'state_conflict'

const mayInterrupt = ({ tasks }: Model): boolean =>
  tasks.every(({ items }) => items.values().every(({ interruptions }) => interruptions < MOST_INTERRUPTIONS))

const OPERATOR: Account = { id: 'operator', name: 'admin', userId: 'operator', scopes: ['admin'] }

const ORDERS: readonly { order: PauseOrder; marks: Omit<ModelPause, 'id'> }[] = [
  { order: { account: 'one' }, marks: { account: 0 } },
  { order: { account: 'two' }, marks: { account: 1 } },
  { order: { kind: 'media' }, marks: { kind: 'media' } },
  { order: { kind: 'bucket' }, marks: { kind: 'bucket' } },
  { order: { modelName: 'tiny' }, marks: { model: 'tiny' } },
]

async function pauseSome(model: Model, real: Real, at: number): Promise<void> {
  const { order, marks } = ORDERS[at % ORDERS.length] ?? { order: { kind: 'media' }, marks: {} }
  const known = model.pauses.find((each) =>
    Object.entries(marks).every(([key, value]) => each[key as 'id'] === value),
  )
  const { pause: made, isNew } = await pause(real.room.parts, OPERATOR, order)
  expect(isNew).toBe(!known)
  if (known) expect(made.id).toBe(known.id)
  else model.pauses.push({ id: made.id, ...marks })
}

export async function endPause(model: Model, real: Real, at: number): Promise<void> {
  const [ended] = model.pauses.splice(at % model.pauses.length, 1)
  if (ended) expect(await resume(real.room.parts, OPERATOR, ended.id)).toBe(true)
}

export async function loseLeases(model: Model, real: Real): Promise<void> {
  model.nowMs += 20_000
  real.room.clock.advance(20_000)
  await sweepLeases(real.room.parts)
  disown(real, () => true)
  interruptAll(model)
}

const outcome = fc.constantFrom<Outcome[]>('done', 'done', 'done', 'fails', 'stalls')
const at = fc.nat(100)

/** All that may happen to tasks. */
export function commands(onStep: () => void): fc.Arbitrary<Command>[] {
  const step = (made: Step) => command(made, onStep)
  return [
    fc.tuple(fc.constantFrom<AnyTask['kind'][]>('media', 'bucket'), fc.nat(1)).map(([kind, account]) =>
      step({
        name: `create ${kind} ${account}`,
        check: ({ tasks }) => tasks.length < MOST_TASKS,
        run: (model, real) => createTask(model, real, kind, account),
      }),
    ),
    ...Array.from({ length: 4 }, () =>
      outcome.map((comes) =>
        step({
          name: `work ${comes}`,
          run: async (model, real) => void (await workOnce(model, real, comes)),
        }),
      ),
    ),
    fc.constant(
      step({
        name: 'take',
        async run(model, real) {
          if (real.held.length >= MOST_HELD) return
          const taken = await take(model, real)
          if (taken) real.held.push(taken)
        },
      }),
    ),
    fc.tuple(at, outcome).map(([which, comes]) =>
      step({
        name: `finish ${which} ${comes}`,
        async run(model, real) {
          const [held] = real.held.splice(which % Math.max(real.held.length, 1), 1)
          if (held) await finishHeld(model, real, held, comes)
        },
      }),
    ),
    fc.tuple(at, outcome).map(([which, comes]) =>
      step({
        name: `zombie ${which} ${comes}`,
        async run(_model, real) {
          const zombie = real.zombies[which % Math.max(real.zombies.length, 1)]
          // Whether it is told or not: nothing may have changed.
          if (zombie) await workReal(real, zombie, comes).catch(() => {})
        },
      }),
    ),
    ...(['cancel', 'cancel', 'delete', 'retry', 'retry'] as const).map((verb) =>
      at.map((which) =>
        step({
          name: `${verb} ${which}`,
          check: hasTasks,
          run: (model, real) => apply(model, real, verb, taskAt(model, which)),
        }),
      ),
    ),
    fc
      .tuple(fc.constantFrom<Verb[]>('cancel', 'delete', 'retry'), at, fc.nat(4))
      .map(([verb, which, after]) =>
        step({
          name: `${verb} ${which} and die after ${after}`,
          check: (model) => hasTasks(model) && mayInterrupt(model),
          run: (model, real) => applyAndDie(model, real, verb, taskAt(model, which), after),
        }),
      ),
    at.map((which) => step({ name: `pause ${which}`, run: (model, real) => pauseSome(model, real, which) })),
    at.map((which) =>
      step({
        name: `resume ${which}`,
        check: ({ pauses }) => pauses.length > 0,
        run: (model, real) => endPause(model, real, which),
      }),
    ),
    fc.constant(
      step({
        name: 'restart',
        check: mayInterrupt,
        async run(model, real) {
          await restartReal(real)
          disown(real, () => true)
          interruptAll(model)
        },
      }),
    ),
    fc.constant(step({ name: 'lose leases', check: mayInterrupt, run: loseLeases })),
    fc.constant(
      step({
        name: 'wait',
        async run(model, real) {
          model.nowMs += 10_000
          real.room.clock.advance(10_000)
        },
      }),
    ),
  ]
}
