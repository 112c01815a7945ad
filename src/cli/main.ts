import { EmbedlineError, type ErrorCode } from '../domain/errors.ts'
import type { Commands, Output } from './command.ts'
import { parseCommandLine } from './commandLine.ts'
import { COMMANDS } from './commands.ts'
import { EXIT } from './exit.ts'
import { commandHelp, HELP, overview } from './help.ts'
import { nearest } from './nearest.ts'
import { outputTo } from './outputTo.ts'
import { version } from '../version.ts'

/** Codes of what is wrong before anything begins: flags, settings, the address, a key that is wanted. */
const UNUSABLE: readonly ErrorCode[] = ['request_invalid', 'unauthorized', 'model_unknown']

/** Standard output and standard error. */
interface Streams {
  output: Output
  notes: Output
}

async function runCommandLine(words: readonly string[], streams: Streams): Promise<number> {
  if (words[0] === '--version' || words[0] === '-V') return say(streams.output, `${version}\n`)
  return runCommand(words, { commands: COMMANDS, group: [] }, streams)
}

/** Runs the command that the words name. `group` are the words that led to these commands. */
async function runCommand(
  [name, ...rest]: readonly string[],
  { commands, group }: { commands: Commands; group: readonly string[] },
  streams: Streams,
): Promise<number> {
  const { output, notes } = streams
  if (name === '--help' || name === '-h' || name === 'help') return say(output, overview(commands, group))
  const entry = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined
  if (name === undefined || entry === undefined)
    throw new EmbedlineError('request_invalid', unknownCommand(name, commands, group))
  if ('commands' in entry)
    return runCommand(rest, { commands: entry.commands, group: [...group, name] }, streams)
  const command = await entry.load()
  const flags = [...command.flags, HELP]
  const line = parseCommandLine(rest.map(spellOut), { ...command, flags })
  if (line.switches.has('help')) return say(output, commandHelp({ ...command, flags }))
  return command.run(line, output, notes)
}

const spellOut = (word: string): string => (word === '-h' ? '--help' : word)

function say(output: Output, text: string): number {
  output.write(text)
  return EXIT.done
}

function unknownCommand(name: string | undefined, commands: Commands, group: readonly string[]): string {
  if (name === undefined) return `which command?\n\n${overview(commands, group)}`
  const meant = nearest(name, Object.keys(commands))
  const help = ['embedline', ...group, '--help'].join(' ')
  return `unknown command ${[...group, name].join(' ')}${meant === undefined ? '' : `, did you mean ${meant}?`} (${help} lists them)`
}

/** Prints what went wrong, for people, and returns the exit code. Only a bug shows its stack. */
function report(error: unknown): number {
  if (error instanceof EmbedlineError) {
    process.stderr.write(`embedline: ${error.message}\n`)
    return UNUSABLE.includes(error.code) ? EXIT.unusable : EXIT.failed
  }
  process.stderr.write(`embedline: a bug, please report it:\n${inspectError(error)}\n`)
  return EXIT.failed
}

const inspectError = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)

const streams = { output: outputTo(process.stdout), notes: outputTo(process.stderr) }
process.exitCode = await runCommandLine(process.argv.slice(2), streams).catch(report)
