import type { Flag } from '../command.ts'
import { HELP } from '../help.ts'
import type { Commands } from '../command.ts'

/** What may stand after some words of the command line. */
export interface Place {
  /** Those words, as in `buckets put`; empty at the beginning. */
  words: string
  /** Commands, or the words that a command knows, each with what it means. */
  choices: readonly (readonly [word: string, meaning: string])[]
  flags: readonly Flag[]
  /** Whether a file may stand there too. */
  takesFiles: boolean
}

/** Placeholders of flags whose values are files or folders. */
const FILES: readonly string[] = ['path', 'folder', 'file']

export const wantsFile = ({ placeholder }: Flag): boolean => FILES.includes(placeholder ?? '')

/** Every place of the command line. Loads every command. */
export async function placesOf(commands: Commands, words: readonly string[] = []): Promise<Place[]> {
  const here: Place = {
    words: words.join(' '),
    choices: Object.entries(commands).map(([name, { summary }]) => [name, summary]),
    flags: words.length === 0 ? [HELP, { name: 'version', meaning: 'Shows the version.' }] : [HELP],
    takesFiles: false,
  }
  const below = Object.entries(commands).map(async ([name, entry]) => {
    const path = [...words, name]
    if ('commands' in entry) return placesOf(entry.commands, path)
    const { flags, operands = [], operandLimit } = await entry.load()
    const choices = operands.map((word) => [word, ''] as const)
    const takesFiles = operandLimit > 0 && operands.length === 0
    return [{ words: path.join(' '), choices, flags: [...flags, HELP], takesFiles }]
  })
  return [here, ...(await Promise.all(below)).flat()]
}

/** A short meaning for a menu: its first sentence, without what would end a word of the shell. */
export const shortly = (meaning: string): string =>
  (/^[^]*?(?=[.;:[(]|$)/.exec(meaning)?.[0] ?? '').replaceAll(/['"`\\$\n]/g, '').trim()
