import type { Answer, Task, TaskItem } from '../../client/client.ts'
import type { Command, Output } from '../command.ts'
import { EXIT } from '../exit.ts'
import { allPages, findServer, SERVER_FLAGS, type ServerCalls } from '../serverCalls.ts'
import { aligned, counted } from '../table.ts'
import { asJson, countsOf, percentOf, sourceOf, stateOf } from './describeTask.ts'
import { findTask, taskPath, taskWords } from './findTask.ts'
import { describeNews } from './news.ts'

type History = Pick<Answer<'getHistory'>, 'events' | 'pauses'>

/** What is shown of a task beside itself. */
interface Details {
  failed: readonly TaskItem[]
  items?: readonly TaskItem[]
  history?: History
}

const SHOWN_FAILURES = 20
const PAGE = '1000'

export const show: Command = {
  usage: 'tasks show <task> [flags]',
  description:
    'Shows a task: its state, how far it is, its warnings, why it failed, and which of its items failed and why. The\n' +
    'beginning of an id is enough where no other begins like that.',
  flags: [
    { name: 'items', meaning: 'Shows all its items.' },
    { name: 'history', meaning: 'Shows what happened to it, and the pauses that held it back.' },
    ...SERVER_FLAGS,
  ],
  operandLimit: 1,
  async run(line, output) {
    const [word = ''] = taskWords(line.operands)
    const server = await findServer(line)
    const task = await findTask(server, word)
    const details: Details = {
      failed: task.progress.items_failed > 0 || task.error ? await itemsOf(server, task, 'failed') : [],
      ...(line.switches.has('items') && { items: await itemsOf(server, task) }),
      ...(line.switches.has('history') && { history: await historyOf(server, task) }),
    }
    if (line.switches.has('json')) output.write(asJson(jsonOf(task, details)))
    else describe(task, details, output)
    return EXIT.done
  },
}

const jsonOf = (task: Task, { failed, items, history }: Details): object => ({
  task,
  failed_items: failed,
  ...(items && { items }),
  ...(history && { history }),
})

const itemsOf = (server: ServerCalls, { id }: Task, state?: string): Promise<TaskItem[]> =>
  allPages<TaskItem>(server, `${taskPath(id)}/items`, {
    noun: 'items',
    query: { limit: PAGE, ...(state !== undefined && { state }) },
  })

async function historyOf(server: ServerCalls, { id }: Task): Promise<History> {
  const path = `${taskPath(id)}/history`
  const { pauses } = (await server.call('GET', `${path}?limit=1`)) as History
  const events = await allPages<History['events'][number]>(server, path, {
    noun: 'events',
    query: { limit: PAGE },
  })
  return { events, pauses }
}

function describe(task: Task, { failed, items, history }: Details, output: Output): void {
  output.write(aligned(factsOf(task)))
  for (const { code, message } of task.warnings) output.write(`warning   ${code}: ${message}\n`)
  if (failed.length > 0) {
    output.write(`\n${counted(failed.length, 'item')} failed:\n`)
    output.write(aligned(failed.slice(0, SHOWN_FAILURES).map(failureRow), '  '))
    const rest = failed.length - SHOWN_FAILURES
    if (rest > 0) output.write(`  … and ${rest} more (--json shows all)\n`)
  }
  if (items) output.write(`\n${aligned([ITEM_HEAD, ...items.map(itemRow)])}`)
  if (history) output.write(`\n${historyTable(history)}`)
}

const factsOf = (task: Task): string[][] => [
  ['task', task.id],
  ['source', `${sourceOf(task)} (${task.input.type})`],
  ['model', `${task.model.id}@${task.model.revision}`],
  ['state', stateOf(task)],
  ['progress', [percentOf(task), countsOf(task.progress)].filter(Boolean).join(', ')],
  ...(task.error ? [['error', `${task.error.code}: ${task.error.message}`]] : []),
  ...(task.reused_from === undefined ? [] : [['reused', `the vectors of ${task.reused_from}`]]),
  ['created', task.created_at],
  ...(task.finished_at === undefined ? [] : [['finished', task.finished_at]]),
  ['expires', task.expires_at],
]

/** What an item is about: a stretch of time, pages, a file. */
function subjectOf({ start_sec: start, end_sec: end, file, url, part, first_page: page }: TaskItem): string {
  if (start !== undefined) return `${start}–${end ?? ''} s`
  if (file !== undefined || url !== undefined) return file ?? url ?? ''
  return [part, page === undefined ? '' : `from page ${page}`].filter(Boolean).join(' ')
}

const failureRow = (item: TaskItem): string[] => [
  [item.kind, subjectOf(item)].filter(Boolean).join(' '),
  `${item.error?.code ?? 'failed'}: ${item.error?.message ?? ''}`,
]

const ITEM_HEAD = ['item', 'about', 'state', 'attempts', 'failures', 'interruptions', 'finished', 'error']

const itemRow = (item: TaskItem): string[] => [
  item.kind,
  subjectOf(item),
  item.state,
  String(item.attempts),
  String(item.failures),
  String(item.interruptions),
  item.finished_at ?? '-',
  item.error?.code ?? '',
]

function historyTable({ events, pauses }: History): string {
  const rows = [
    ...events.map((event) => [event.created_at, describeNews(event)]),
    ...pauses.flatMap(({ created_at: from, ended_at: to }) => [
      [from, 'paused'],
      ...(to === undefined ? [] : [[to, 'the pause ended']]),
    ]),
  ]
  return aligned(rows.toSorted(([a = ''], [b = '']) => (a < b ? -1 : a > b ? 1 : 0)))
}
