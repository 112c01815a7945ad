import { parseArgs } from 'node:util'
import { EmbedlineError } from '../domain/errors.ts'
import type { Command, CommandLine } from './command.ts'
import { nearest } from './nearest.ts'

/**
 * Reads what stands behind the command's name. Throws `request_invalid` for an unknown flag (with the nearest one),
 * a flag without its value, a value where none is taken, and an operand too many.
 */
export function parseCommandLine(
  words: readonly string[],
  { flags, operandLimit }: Pick<Command, 'flags' | 'operandLimit'>,
): CommandLine {
  const options = Object.fromEntries(
    flags.map(({ name, placeholder }) => [
      name,
      { type: placeholder === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  )
  const { tokens } = parseArgs({
    args: [...words],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const line = { values: new Map<string, string>(), switches: new Set<string>(), operands: [] as string[] }
  for (const token of tokens) {
    if (token.kind === 'positional') line.operands.push(token.value)
    if (token.kind === 'option') takeFlag(token.name, token.rawName, token.value, flags, line)
  }
  const surplus = line.operands[operandLimit]
  if (surplus !== undefined) throw wrong(`there is no place for "${surplus}" here`)
  return line
}

function takeFlag(
  name: string,
  typed: string,
  value: string | undefined,
  flags: Command['flags'],
  line: { values: Map<string, string>; switches: Set<string> },
): void {
  const flag = flags.find((each) => each.name === name)
  if (flag === undefined) {
    const meant = nearest(
      name,
      flags.map((each) => each.name),
    )
    throw wrong(`unknown flag ${typed}${meant === undefined ? '' : `, did you mean --${meant}?`}`)
  }
  if (flag.placeholder === undefined) {
    if (value !== undefined) throw wrong(`${typed} takes no value`)
    line.switches.add(name)
    return
  }
  // `--port --host x` is a forgotten value, not a port that is called --host; `--port=--host` would say so.
  if (value === undefined || value.startsWith('--'))
    throw wrong(`${typed} wants a value: <${flag.placeholder}>`)
  line.values.set(name, value)
}

const wrong = (message: string) => new EmbedlineError('request_invalid', message)
