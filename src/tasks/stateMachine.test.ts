import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isLongForm } from '../../test/support/longForm.ts'
import { commands, compare, endPause, loseLeases, workOnce } from '../../test/support/taskLife/commands.ts'
import { emptyModel, type Model } from '../../test/support/taskLife/model.ts'
import {
  accountOf,
  fillBuckets,
  leftRows,
  wrongReferences,
  type Real,
} from '../../test/support/taskLife/real.ts'
import { onPostgres } from '../../test/support/withDatabase.ts'
import { taskRoom, type TaskRoom } from '../../test/support/taskRoom.ts'
import { isFinal } from '../domain/states.ts'
import { deleteEmbeddedBucket } from './deleteBucket.ts'
import { deleteTask } from './deleteTask.ts'

// A run that fails names its own seed: EMBEDLINE_FUZZ_SEED=<seed> EMBEDLINE_FUZZ_STEPS=1 does that run alone once more.
// `npm run fuzz` takes more steps, as many as EMBEDLINE_FUZZ_STEPS says.
const STEPS = Number(process.env['EMBEDLINE_FUZZ_STEPS'] ?? (onPostgres ? 300 : isLongForm ? 10_000 : 3_000))
const SEED = Number(process.env['EMBEDLINE_FUZZ_SEED'] ?? Date.now() % 2 ** 31)
const STEPS_A_RUN = 120

/** Memory where there is some: what a disk does is not what this is about. */
const BASE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

test(
  `tasks do what the model says, whatever happens in whatever order (${STEPS} steps)`,
  { timeout: 60_000 + STEPS * 60 },
  async () => {
    const room = await taskRoom({ base: BASE })
    await fillBuckets(room)
    let steps = 0
    let runs = 0
    while (steps < STEPS) {
      const seed = SEED + runs
      const run = fc.asyncProperty(
        fc.commands(
          commands(() => steps++),
          { maxCommands: STEPS_A_RUN, size: 'max' },
        ),
        (sequence) => live(room, sequence),
      )
      await fc.assert(run, { seed, numRuns: 1, endOnFailure: false })
      runs++
    }
    process.stdout.write(`tasks: ${steps} steps in ${runs} runs from EMBEDLINE_FUZZ_SEED=${SEED}\n`)
  },
)

async function live(room: TaskRoom, sequence: Iterable<fc.AsyncCommand<Model, Real>>): Promise<void> {
  const real: Real = { room, accounts: [room.account, room.otherAccount], zombies: [], held: [] }
  const model = emptyModel(room.clock.nowMs())
  try {
    await fc.asyncModelRun(() => ({ model, real }), sequence)
    await comeToAnEnd(model, real)
  } finally {
    await clear(real)
  }
}

/** Whatever happened: when nothing more is in its way every task ends, and nothing of it stays when it is deleted. */
async function comeToAnEnd(model: Model, real: Real): Promise<void> {
  while (model.pauses.length > 0) await endPause(model, real, 0)
  for (let rounds = 0; model.tasks.some(({ state }) => !isFinal(state)); rounds++) {
    if (rounds > 10) throw new Error('a task does not end')
    await loseLeases(model, real)
    while (await workOnce(model, real, 'done'));
  }
  await compare(model, real)
  expect(await wrongReferences(real)).toEqual([])
  for (const { id, account } of model.tasks)
    expect(await deleteTask(real.room.parts, accountOf(real, account).id, id)).toBe(true)
  for (const { id } of real.accounts) await deleteEmbeddedBucket(real.room.parts, id, 'handbook')
  expect(await leftRows(real)).toEqual([])
}

/** What a run that failed has left. */
async function clear({ room, accounts }: Real): Promise<void> {
  const { store } = room.parts
  for (const { id, account_id: accountId } of await store.read.selectFrom('task').selectAll().execute())
    await deleteTask(room.parts, accountId, id)
  for (const { id } of accounts) await deleteEmbeddedBucket(room.parts, id, 'handbook')
  await store.write((db) => db.deleteFrom('pause').execute())
}
