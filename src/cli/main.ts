import { EmbedlineError, type ErrorCode } from '../domain/errors.ts'
import type { Command, Output } from './command.ts'
import { parseCommandLine } from './commandLine.ts'
import { EXIT } from './exit.ts'
import { commandHelp, overview } from './help.ts'
import { nearest } from './nearest.ts'
import { version } from '../version.ts'

// Each command is loaded when it is asked for: `serve` should not wait for what only `demo` needs.
const COMMANDS: Readonly<Record<string, { summary: string; load: () => Promise<Command> }>> = {
  serve: { summary: 'starts the server', load: async () => (await import('./serve.ts')).serve },
  demo: {
    summary: 'embeds a video from start to finish, in a minute, leaving nothing behind',
    load: async () => (await import('./demo.ts')).demo,
  },
  doctor: {
    summary: 'checks what the server needs',
    load: async () => (await import('./doctor.ts')).doctor,
  },
}

/** Codes of what is wrong before anything begins: flags, settings, the address, a key that is wanted. */
const UNUSABLE: readonly ErrorCode[] = ['request_invalid', 'unauthorized']

const HELP = { name: 'help', meaning: 'Shows this page.' }

async function runCommandLine(words: readonly string[], output: Output): Promise<number> {
  const [name, ...rest] = words
  if (name === '--version' || name === '-V') return say(output, `${version}\n`)
  if (name === '--help' || name === '-h' || name === 'help') return say(output, overview(COMMANDS))
  const entry = name === undefined ? undefined : COMMANDS[name]
  if (entry === undefined) throw new EmbedlineError('request_invalid', unknownCommand(name))
  const command = await entry.load()
  const flags = [...command.flags, HELP]
  const line = parseCommandLine(rest.map(spellOut), { ...command, flags })
  if (line.switches.has('help')) return say(output, commandHelp({ ...command, flags }))
  return command.run(line, output)
}

const spellOut = (word: string): string => (word === '-h' ? '--help' : word)

function say(output: Output, text: string): number {
  output.write(text)
  return EXIT.done
}

function unknownCommand(name: string | undefined): string {
  if (name === undefined) return `which command?\n\n${overview(COMMANDS)}`
  const meant = nearest(name, Object.keys(COMMANDS))
  return `unknown command ${name}${meant === undefined ? '' : `, did you mean ${meant}?`} (embedline --help lists them)`
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

const { stdout, stderr } = process
// A log on a full disk, or one whose reader is gone (`| head`), must not end the server.
for (const stream of [stdout, stderr]) stream.on('error', () => {})
const output: Output = { write: (text) => void stdout.write(text), isTerminal: stdout.isTTY === true }
process.exitCode = await runCommandLine(process.argv.slice(2), output).catch(report)
