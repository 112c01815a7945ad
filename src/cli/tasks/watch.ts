import type { Task, TaskNews } from '../../client/client.ts'
import type { Command, Output } from '../command.ts'
import { EXIT } from '../exit.ts'
import { type ProgressBar, progressBar } from '../progressBar.ts'
import { findServer, SERVER_FLAGS, type ServerCalls } from '../serverCalls.ts'
import { exitCodeOf, untilSignal } from '../untilSignal.ts'
import { countsOf, hasFailed, outcomeOf } from './describeTask.ts'
import { findTask, taskPath } from './findTask.ts'
import { describeNews } from './news.ts'

export const watch: Command = {
  usage: 'tasks watch [task] [flags]',
  description:
    'Shows how far a task is until it has ended; without a task, what happens to all tasks of the account from now on.\n' +
    'Goes on after a connection that broke and after a server that was started again. Ctrl-C ends the watching, not\n' +
    'the task. Ends with 1 when the task failed or was cancelled. --json prints one event a line.',
  flags: SERVER_FLAGS,
  operandLimit: 1,
  async run(line, output) {
    const server = await findServer(line)
    const [word] = line.operands
    const task = word === undefined ? undefined : await findTask(server, word)
    const waiting = untilSignal()
    const isJson = line.switches.has('json')
    const bar = task === undefined || isJson ? undefined : progressBar(output)
    try {
      for await (const news of server.events(task?.id, { signal: waiting.signal })) {
        if (isJson) output.write(`${JSON.stringify(news)}\n`)
        else if (bar) showTask(bar, news)
        else showAny(news, output)
        if (!(await output.drain())) return EXIT.done
      }
      return task === undefined ? EXIT.done : await tellEnd(server, task, bar)
    } catch (failure) {
      if (!waiting.signal.aborted) throw failure
      if (task !== undefined)
        bar?.done(`The task goes on: embedline tasks watch ${task.id} shows how far it is.`)
      return exitCodeOf(await waiting.first)
    } finally {
      waiting.dispose()
    }
  },
}

function showTask(bar: ProgressBar, news: TaskNews): void {
  if (news.kind === 'progress') {
    const progress = news as unknown as Task['progress']
    const label = bar.isLive ? countsOf(progress) : ''
    return bar.show(label === '' ? 'embedding' : label, progress.fraction)
  }
  if (news.kind !== 'ended') bar.done(describeNews(news))
}

function showAny(news: TaskNews, output: Output): void {
  if (news.kind !== 'progress')
    output.write(`${String(news['created_at'])}  ${news.task_id}  ${describeNews(news)}\n`)
}

async function tellEnd(server: ServerCalls, { id }: Task, bar: ProgressBar | undefined): Promise<number> {
  const task = (await server.call('GET', taskPath(id))) as Task
  bar?.done(outcomeOf(task))
  return hasFailed(task) ? EXIT.failed : EXIT.done
}
