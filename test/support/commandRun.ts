import { parseCommandLine } from '../../src/cli/commandLine.ts'
import type { Command } from '../../src/cli/command.ts'

/** Runs a command as the program does with these words behind its name, and returns what it wrote and its exit code. */
export async function runCommand(
  command: Command,
  words: readonly string[],
): Promise<{ out: string; code: number }> {
  let out = ''
  const code = await command.run(parseCommandLine(words, command), {
    write: (text) => void (out += text),
    isTerminal: false,
  })
  return { out, code }
}
