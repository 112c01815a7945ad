import { expect, test } from 'vitest'
import { checkHistory, type Evidence, type Verdict } from './checkHistory.ts'
import { emptyHistory } from './history.ts'

const ROWS = ['{"scope":"clip"} aaaa', '{"scope":"asset"} bbbb']

/** Two orders that went well, in spite of a create whose answer was lost; the second one is removed. */
function goodRun(): Evidence {
  const result = (order: string) => ({
    order,
    part: 0,
    state: 'ready',
    rows: [...ROWS, `{"of":"${order}"} cccc`],
  })
  const event = (id: number, taskId: string, kind: string) => ({ id, taskId, kind })
  const told = [
    event(1, 't1', 'created'),
    event(2, 't2', 'created'),
    event(3, 't1', 'recovered'),
    event(4, 't1', 'ended'),
    event(5, 't2', 'ended'),
  ]
  return {
    orders: [
      { kind: 'image', name: 'one', seed: 1, isRemoved: false },
      { kind: 'image', name: 'two', seed: 2, isRemoved: true },
    ],
    history: {
      ...emptyHistory(),
      calls: [
        {
          order: 'one',
          method: 'POST',
          path: '/api/tasks',
          startMs: 0,
          endMs: 1,
          outcome: { lost: 'reset' },
        },
        { order: 'one', method: 'POST', path: '/api/tasks', startMs: 2, endMs: 3, outcome: { status: 201 } },
      ],
      acknowledgements: [
        { order: 'one', part: 0, taskId: 't1' },
        { order: 'one', part: 0, taskId: 't1' },
        { order: 'two', part: 0, taskId: 't2' },
      ],
      assets: ['a1', 'a2'],
      removed: new Set(['t2', 'a2']),
      results: [result('one'), result('two'), result('one')],
      events: told,
    },
    rows: {
      tasks: [{ id: 't1', state: 'ready' }],
      openItems: [],
      events: told.filter(({ taskId }) => taskId === 't1'),
      assets: [{ id: 'a1', state: 'ready' }],
      orphans: [],
    },
    leftovers: { processes: [], files: [], objects: [] },
    undisturbed: [result('one'), result('two')],
  }
}

test('a run in which nothing went wrong has no findings', () => {
  expect(checkHistory(goodRun())).toEqual([])
})

/** What is done to the good run, and what the checker must then find, and nothing else. */
const BAD: Readonly<Record<string, { verdict: Verdict; spoil: (run: Evidence) => unknown }>> = {
  'an acknowledged task is not there': {
    verdict: 'lost',
    spoil: ({ rows }) => {
      rows.tasks = []
      rows.events = []
    },
  },
  'an acknowledged asset is not there': { verdict: 'lost', spoil: ({ rows }) => (rows.assets = []) },
  'a task whose removal was acknowledged is there': {
    verdict: 'lost',
    spoil: ({ history }) => history.removed.add('t1'),
  },
  'a result was never read': {
    verdict: 'lost',
    spoil: ({ history }) => (history.results = history.results.filter(({ order }) => order === 'one')),
  },
  'an event was never told': {
    verdict: 'lost',
    spoil: ({ history }) => (history.events = history.events.filter(({ id }) => id !== 3)),
  },
  'the end of a task was not recorded': {
    verdict: 'lost',
    spoil: ({ rows }) => (rows.events = rows.events.filter(({ kind }) => kind !== 'ended')),
  },
  'a create that was sent again made another task': {
    verdict: 'duplicated',
    spoil: ({ history, rows }) => {
      history.acknowledgements.push({ order: 'two', part: 0, taskId: 't3' })
      history.removed.add('t3')
      return rows
    },
  },
  'a task is there that no client knows of': {
    verdict: 'duplicated',
    spoil: ({ history, rows }) => {
      rows.tasks.push({ id: 't3', state: 'ready' })
      for (const [at, kind] of ['created', 'ended'].entries()) {
        rows.events.push({ id: 6 + at, taskId: 't3', kind })
        history.events.push({ id: 6 + at, taskId: 't3', kind })
      }
    },
  },
  'a task ended twice': {
    verdict: 'duplicated',
    spoil: ({ history, rows }) => {
      rows.events.push({ id: 6, taskId: 't1', kind: 'ended' })
      history.events.push({ id: 6, taskId: 't1', kind: 'ended' })
    },
  },
  'an event was told twice': {
    verdict: 'duplicated',
    spoil: ({ history }) => history.events.push({ id: 3, taskId: 't1', kind: 'recovered' }),
  },
  'a vector is there twice': {
    verdict: 'duplicated',
    spoil: ({ history }) =>
      history.results[0] && (history.results[0].rows = [ROWS[0], ...history.results[0].rows] as string[]),
  },
  'a task belongs to two orders': {
    verdict: 'wrong',
    spoil: ({ history }) => history.acknowledgements.push({ order: 'three', part: 0, taskId: 't1' }),
  },
  'a bit of a vector differs': {
    verdict: 'wrong',
    spoil: ({ history }) => history.results[2] && (history.results[2].rows = [...ROWS, '{"of":"one"} cccd']),
  },
  'a vector is missing': {
    verdict: 'wrong',
    spoil: ({ history }) => history.results[0] && (history.results[0].rows = ROWS),
  },
  'a vector is there that should not be': {
    verdict: 'wrong',
    spoil: ({ history }) =>
      history.results[0] && (history.results[0].rows = [...history.results[0].rows, '{"of":"two"} dddd']),
  },
  'a task failed that was ready without disturbance': {
    verdict: 'wrong',
    spoil: ({ history }) => history.results[0] && (history.results[0].state = 'failed'),
  },
  'there is nothing to compare with': {
    verdict: 'wrong',
    spoil: (run) => (run.undisturbed = run.undisturbed.filter(({ order }) => order === 'one')),
  },
  'a request was answered by 500': {
    verdict: 'wrong',
    spoil: ({ history }) =>
      history.calls.push({
        order: 'one',
        method: 'GET',
        path: '/',
        startMs: 0,
        endMs: 1,
        outcome: { status: 500 },
      }),
  },
  'a task never ends': {
    verdict: 'stuck',
    spoil: ({ rows }) => rows.tasks[0] && (rows.tasks[0].state = 'processing'),
  },
  'a client gave up': {
    verdict: 'stuck',
    spoil: ({ history }) => history.givenUp.push({ order: 'one', why: 'time' }),
  },
  'an item is open': {
    verdict: 'stuck',
    spoil: ({ rows }) => rows.openItems.push({ id: 1, kind: 'slice', taskId: 't1', state: 'running' }),
  },
  'an asset was never looked at': {
    verdict: 'stuck',
    spoil: ({ rows }) => rows.assets[0] && (rows.assets[0].state = 'processing'),
  },
  'a process is left': { verdict: 'left', spoil: ({ leftovers }) => leftovers.processes.push('12 ffmpeg') },
  'a temporary file is left': {
    verdict: 'left',
    spoil: ({ leftovers }) => leftovers.files.push('incoming/1'),
  },
  'bytes without a row are left': {
    verdict: 'left',
    spoil: ({ leftovers }) => leftovers.objects.push('abc'),
  },
  'a row that serves nobody is left': {
    verdict: 'left',
    spoil: ({ rows }) => rows.orphans.push('a sum of t1'),
  },
}

test.each(Object.keys(BAD))('the checker sees that %s', (name) => {
  const { verdict, spoil } = BAD[name]!
  const run = goodRun()
  spoil(run)
  const verdicts = new Set(checkHistory(run).map((finding) => finding.verdict))
  expect([...verdicts]).toEqual([verdict])
})
