import type { Task } from '../../client/client.ts'
import type { Command, Flag } from '../command.ts'
import { EXIT } from '../exit.ts'
import { type ProgressBar, progressBar } from '../progressBar.ts'
import { findServer, SERVER_FLAGS, type ServerCalls } from '../serverCalls.ts'
import { exitCodeOf, untilSignal } from '../untilSignal.ts'
import { isPrinted, openVectors } from '../vectors/openVectorFile.ts'
import { rowsOfTask, type RowsWanted } from '../vectors/rowsOfTask.ts'
import { tellOn, VECTOR_FLAGS, whereTo } from '../vectors/vectorFlags.ts'
import type { VectorFile } from '../vectors/vectorRow.ts'
import { counted } from '../table.ts'
import { asJson, hasEnded, sourceOf } from './describeTask.ts'
import { findTask, taskWords } from './findTask.ts'

const FLAGS: readonly Flag[] = [
  { name: 'option', placeholder: 'words', meaning: 'Only visual, audio, transcription, fused or text.' },
  { name: 'scope', placeholder: 'words', meaning: 'Only clip, page, chunk or asset.' },
]

interface Exported {
  id: string
  source: string
  state: string
  vectors: number
}

export const exportVectors: Command = {
  usage: 'tasks export <task>… [flags]',
  description:
    'Writes what is embedded of tasks into one file for NumPy, pandas, DuckDB and others, or prints it as NDJSON. Of a\n' +
    'task that has not ended it is what there is so far. A file is there as a whole or not at all.',
  flags: [...VECTOR_FLAGS, ...FLAGS, ...SERVER_FLAGS],
  operandLimit: Number.POSITIVE_INFINITY,
  async run(line, output, notes) {
    const words = taskWords(line.operands)
    const where = whereTo(line)
    const told = tellOn(where, [output, notes])
    const server = await findServer(line)
    const tasks: Task[] = []
    for (const word of words) tasks.push(await findTask(server, word))
    const isJson = line.switches.has('json')
    const bar = isJson || isPrinted(where) ? undefined : progressBar(told)
    const waiting = untilSignal()
    const wanted = {
      option: line.values.get('option'),
      scope: line.values.get('scope'),
      signal: waiting.signal,
    }
    const file = await openVectors(where, output)
    try {
      const exported = await writeTasks(file, { server, tasks, wanted, bar })
      if (exported === undefined) return EXIT.done
      const count = exported.reduce((sum, { vectors }) => sum + vectors, 0)
      if (count > 0) await file.finish()
      if (isJson) told.write(asJson({ out: where.out ?? '-', vectors: count, tasks: exported }))
      else {
        bar?.done(
          count > 0
            ? `${where.out}: ${counted(count, 'vector')} of ${counted(tasks.length, 'task')}`
            : 'nothing is written',
        )
        for (const { id, state, vectors } of exported)
          if (vectors === 0) told.write(`   ${id}: there are no such vectors of it (${state})\n`)
          else if (!hasEnded({ state } as Task))
            told.write(`   ${id} is ${state}: these are its vectors so far\n`)
      }
      return count > 0 ? EXIT.done : EXIT.failed
    } catch (failure) {
      if (!waiting.signal.aborted) throw failure
      bar?.done('Stopped: nothing is written.')
      return exitCodeOf(await waiting.first)
    } finally {
      await file.abandon()
      waiting.dispose()
    }
  },
}

interface Writing {
  server: ServerCalls
  tasks: readonly Task[]
  wanted: Omit<RowsWanted, 'source'>
  bar: ProgressBar | undefined
}

/** Undefined when nobody wants more. */
async function writeTasks(
  file: VectorFile,
  { server, tasks, wanted, bar }: Writing,
): Promise<Exported[] | undefined> {
  const exported: Exported[] = []
  for (const [at, task] of tasks.entries()) {
    const told = { id: task.id, source: sourceOf(task), state: task.state, vectors: 0 }
    bar?.show('exporting', at / tasks.length)
    for await (const rows of rowsOfTask(server, task, { ...wanted, source: told.source })) {
      if (!(await file.write(rows))) return undefined
      told.vectors += rows.length
      if (bar?.isLive) bar.show(`exporting, ${told.vectors} vectors`, at / tasks.length)
    }
    exported.push(told)
  }
  return exported
}
