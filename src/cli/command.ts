/** A flag of a command. Without `placeholder` it takes no value. */
export interface Flag {
  /** Without the dashes. */
  name: string
  placeholder?: string
  meaning: string
}

/** What the user typed after the command's name, already checked against its flags. */
export interface CommandLine {
  /** Values of the flags that take one. */
  values: ReadonlyMap<string, string>
  /** Flags without a value that were given. */
  switches: ReadonlySet<string>
  operands: readonly string[]
}

/** Where a command writes: the process's own streams, or a test's. */
export interface Output {
  write(text: string): void
  /** True when a person watches: lines may be drawn over. */
  isTerminal: boolean
  /** Waits until there is room for more; false once nobody reads any more, as behind `| head`. */
  drain(): Promise<boolean>
}

export interface Command {
  /** What stands behind `embedline`, for the help. */
  usage: string
  /** A few sentences for `--help`. */
  description: string
  flags: readonly Flag[]
  /** The words that it takes as operands, where only some are taken. */
  operands?: readonly string[]
  /** How many operands it takes at most. */
  operandLimit: number
  /**
   * Returns the exit code. Throws EmbedlineError for what it foresees. `notes` is for what people are told while the
   * output is data (standard error).
   */
  run(line: CommandLine, output: Output, notes: Output): Promise<number>
}

/** A command, loaded when it is asked for. */
export interface Entry {
  summary: string
  load: () => Promise<Command>
}

/** Commands of a second word. */
export interface Group {
  summary: string
  commands: Commands
}

export type Commands = Readonly<Record<string, Entry | Group>>
