import { EmbedlineError, type ErrorCode } from '../domain/errors.ts'
import type { Command, Output } from './command.ts'
import { parseCommandLine } from './commandLine.ts'
import { EXIT } from './exit.ts'
import { commandHelp, overview } from './help.ts'
import { nearest } from './nearest.ts'
import { version } from '../version.ts'

interface Entry {
  summary: string
  load: () => Promise<Command>
}

/** Commands of a second word. */
interface Group {
  summary: string
  commands: Commands
}

type Commands = Readonly<Record<string, Entry | Group>>

const BUCKETS: Commands = {
  list: {
    summary: 'lists the buckets, or the files of one',
    load: async () => (await import('./buckets/list.ts')).list,
  },
  put: {
    summary: 'uploads files and folders into a bucket',
    load: async () => (await import('./buckets/put.ts')).put,
  },
  rm: {
    summary: 'removes objects of a bucket, or what is embedded of it',
    load: async () => (await import('./buckets/rm.ts')).rm,
  },
  embed: {
    summary: 'embeds what is new or changed in a bucket',
    load: async () => (await import('./buckets/embed.ts')).embed,
  },
  crawl: {
    summary: 'crawls a site into a bucket and embeds its pages',
    load: async () => (await import('./buckets/crawl.ts')).crawl,
  },
  search: {
    summary: 'finds the chunks that are nearest to a query',
    load: async () => (await import('./buckets/search.ts')).search,
  },
}

const MODELS: Commands = {
  list: {
    summary: 'lists the models that can be pulled, and what is here',
    load: async () => (await import('./models/list.ts')).list,
  },
  pull: {
    summary: 'brings a model here',
    load: async () => (await import('./models/pull.ts')).pull,
  },
  check: {
    summary: 'compares every byte of the models with the lock file',
    load: async () => (await import('./models/check.ts')).check,
  },
  rm: {
    summary: 'removes the files of a model',
    load: async () => (await import('./models/rm.ts')).rm,
  },
}

const KEYS: Commands = {
  create: {
    summary: 'makes a key and prints its secret',
    load: async () => (await import('./keys/create.ts')).create,
  },
  list: { summary: 'lists keys', load: async () => (await import('./keys/list.ts')).list },
  revoke: { summary: 'ends a key', load: async () => (await import('./keys/revoke.ts')).revoke },
  rotate: {
    summary: 'gives a key another secret',
    load: async () => (await import('./keys/rotate.ts')).rotate,
  },
}

const ACCOUNTS: Commands = {
  list: { summary: 'lists accounts', load: async () => (await import('./accounts/list.ts')).list },
  create: { summary: 'makes an account', load: async () => (await import('./accounts/change.ts')).create },
  set: { summary: 'changes its quotas', load: async () => (await import('./accounts/change.ts')).set },
  usage: {
    summary: 'shows what was used, day by day',
    load: async () => (await import('./accounts/usage.ts')).usage,
  },
}

// Each command is loaded when it is asked for: `serve` should not wait for what only `demo` needs.
const COMMANDS: Commands = {
  serve: { summary: 'starts the server', load: async () => (await import('./serve.ts')).serve },
  demo: {
    summary: 'embeds a video from start to finish, in a minute, leaving nothing behind',
    load: async () => (await import('./demo.ts')).demo,
  },
  doctor: {
    summary: 'checks what the server needs',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  buckets: { summary: 'fills, embeds and searches buckets of documents', commands: BUCKETS },
  models: { summary: 'pulls, checks and removes models', commands: MODELS },
  janitor: {
    summary: 'removes what has expired, or says what that is',
    load: async () => (await import('./janitor.ts')).janitor,
  },
  backup: {
    summary: 'copies a data folder, also while a server runs on it',
    load: async () => (await import('./backup/backup.ts')).backup,
  },
  restore: {
    summary: 'makes a data folder of a backup',
    load: async () => (await import('./backup/restore.ts')).restore,
  },
  keys: { summary: 'makes, lists, revokes and rotates keys', commands: KEYS },
  accounts: { summary: 'makes accounts, with quotas, and shows what they use', commands: ACCOUNTS },
}

/** Codes of what is wrong before anything begins: flags, settings, the address, a key that is wanted. */
const UNUSABLE: readonly ErrorCode[] = ['request_invalid', 'unauthorized', 'model_unknown']

const HELP = { name: 'help', meaning: 'Shows this page.' }

async function runCommandLine(words: readonly string[], output: Output): Promise<number> {
  if (words[0] === '--version' || words[0] === '-V') return say(output, `${version}\n`)
  return runCommand(words, { commands: COMMANDS, group: [] }, output)
}

/** Runs the command that the words name. `group` are the words that led to these commands. */
async function runCommand(
  [name, ...rest]: readonly string[],
  { commands, group }: { commands: Commands; group: readonly string[] },
  output: Output,
): Promise<number> {
  if (name === '--help' || name === '-h' || name === 'help') return say(output, overview(commands, group))
  const entry = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined
  if (name === undefined || entry === undefined)
    throw new EmbedlineError('request_invalid', unknownCommand(name, commands, group))
  if ('commands' in entry)
    return runCommand(rest, { commands: entry.commands, group: [...group, name] }, output)
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

const { stdout, stderr } = process
// A log on a full disk, or one whose reader is gone (`| head`), must not end the server.
for (const stream of [stdout, stderr]) stream.on('error', () => {})
const output: Output = { write: (text) => void stdout.write(text), isTerminal: stdout.isTTY === true }
process.exitCode = await runCommandLine(process.argv.slice(2), output).catch(report)
