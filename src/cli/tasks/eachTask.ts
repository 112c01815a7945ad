import type { Task } from '../../client/client.ts'
import { EmbedlineError, type ErrorCode } from '../../domain/errors.ts'
import type { Command, CommandLine, Output } from '../command.ts'
import { EXIT } from '../exit.ts'
import { findServer, SERVER_FLAGS, type ServerCalls } from '../serverCalls.ts'
import { asJson, sourceOf } from './describeTask.ts'
import { findTask, taskWords } from './findTask.ts'

/** What a command does with each task that is named. */
interface Verb {
  /** The second word of the command. */
  name: string
  description: string
  /** Returns what is printed of the task: itself in JSON, and for people what came of it. */
  apply: (server: ServerCalls, task: Task) => Promise<{ task: object; told: string }>
}

// What is wrong with one task is no reason to leave out the others; a wrong key or a server that is gone is.
const ABOUT_ONE_TASK: readonly ErrorCode[] = ['not_found', 'request_invalid', 'state_conflict']

/** A command that does the same with one task after the other, and ends with 1 when one could not be had. */
export const eachTask = ({ name, description, apply }: Verb): Command => ({
  usage: `tasks ${name} <task>… [flags]`,
  description,
  flags: SERVER_FLAGS,
  operandLimit: Number.POSITIVE_INFINITY,
  async run(line: CommandLine, output: Output) {
    const words = taskWords(line.operands)
    const server = await findServer(line)
    const isJson = line.switches.has('json')
    const tasks: object[] = []
    const refused: { task: string; message: string }[] = []
    for (const word of words) {
      try {
        const found = await findTask(server, word)
        const { task, told } = await apply(server, found)
        tasks.push(task)
        if (!isJson) output.write(`${found.id}  ${sourceOf(found)}: ${told}\n`)
      } catch (failure) {
        if (!(failure instanceof EmbedlineError) || !ABOUT_ONE_TASK.includes(failure.code)) throw failure
        refused.push({ task: word, message: failure.message })
        if (!isJson) output.write(`${word}  ${failure.message}\n`)
      }
    }
    if (isJson) output.write(asJson({ tasks, refused }))
    return refused.length > 0 ? EXIT.failed : EXIT.done
  },
})
