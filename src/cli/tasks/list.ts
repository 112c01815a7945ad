import type { Task } from '../../client/client.ts'
import type { Command, CommandLine, Flag } from '../command.ts'
import { EXIT } from '../exit.ts'
import { allPages, findServer, SERVER_FLAGS } from '../serverCalls.ts'
import { aligned } from '../table.ts'
import { wholeNumber } from '../wholeNumber.ts'
import { asJson, percentOf, sourceOf, stateOf } from './describeTask.ts'
import { PAGE_OF_TASKS, TASKS_PATH } from './findTask.ts'

const SHOWN = 50
const MOST_SHOWN = 1_000_000

/** By the words of the query that they become. */
const FILTERS: Readonly<Record<string, Flag>> = {
  state: {
    name: 'state',
    placeholder: 'words',
    meaning: 'Only in these states: queued, processing, ready, partial, failed, cancelled.',
  },
  kind: { name: 'kind', placeholder: 'word', meaning: 'Only of this kind: media, bucket or batch.' },
  model: { name: 'model', placeholder: 'name', meaning: 'Only of this model.' },
  bucket: { name: 'bucket', placeholder: 'name', meaning: 'Only of this bucket.' },
  created_after: { name: 'since', placeholder: 'time', meaning: 'Only made since 2030-12-31T23:59:59Z.' },
}

export const list: Command = {
  usage: 'tasks list [flags]',
  description: 'Lists the tasks of the account, newest first, with what they embed and how far they are.',
  flags: [
    ...Object.values(FILTERS),
    { name: 'limit', placeholder: 'count', meaning: `Shows so many at most [default ${SHOWN}].` },
    ...SERVER_FLAGS,
  ],
  operandLimit: 0,
  async run(line, output) {
    const limit = line.values.get('limit')
    const most = limit === undefined ? SHOWN : wholeNumber('limit', limit, 1, MOST_SHOWN)
    const server = await findServer(line)
    const query = { ...queryOf(line), limit: PAGE_OF_TASKS }
    // One more than is shown says whether there are more.
    const found = await allPages<Task>(server, TASKS_PATH, { noun: 'tasks', query, most: most + 1 })
    const tasks = found.slice(0, most)
    if (line.switches.has('json')) output.write(asJson({ tasks }))
    else {
      output.write(tasks.length === 0 ? 'There is no such task.\n' : tableOf(tasks))
      if (found.length > most) output.write(`… and more: --limit shows more than ${most}\n`)
    }
    return EXIT.done
  },
}

const queryOf = ({ values }: CommandLine): Record<string, string> =>
  Object.fromEntries(
    Object.entries(FILTERS).flatMap(([word, { name }]) => {
      const value = values.get(name)
      return value === undefined ? [] : [[word, value]]
    }),
  )

const tableOf = (tasks: readonly Task[]): string =>
  aligned([
    ['id', 'input', 'source', 'state', 'done', 'model', 'created'],
    ...tasks.map((task) => [
      task.id,
      task.input.type,
      sourceOf(task),
      stateOf(task),
      percentOf(task),
      task.model.id,
      task.created_at,
    ]),
  ])
