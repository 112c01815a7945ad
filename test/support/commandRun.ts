import { parseCommandLine } from '../../src/cli/commandLine.ts'
import type { Command, Output } from '../../src/cli/command.ts'

/** Runs a command as the program does with these words behind its name; what it wrote, and its exit code. */
export async function runCommand(
  command: Command,
  words: readonly string[],
): Promise<{ out: string; notes: string; code: number }> {
  const [out, notes] = [collected(), collected()]
  const code = await command.run(parseCommandLine(words, command), out, notes)
  return { out: out.text(), notes: notes.text(), code }
}

/** What a command writes to is kept. */
function collected(): Output & { text: () => string } {
  let text = ''
  return {
    write: (more) => void (text += more),
    isTerminal: false,
    drain: async () => true,
    text: () => text,
  }
}
