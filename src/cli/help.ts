import type { Command, Flag } from './command.ts'

/** Of every command. */
export const HELP: Flag = { name: 'help', meaning: 'Shows this page.' }

/** The page of `embedline <command> --help`. */
export const commandHelp = ({ usage, description, flags }: Command): string =>
  [`Usage: embedline ${usage}`, '', description, '', 'Flags:', ...flags.map(flagLine), ''].join('\n')

function flagLine({ name, placeholder, meaning }: Flag): string {
  const left = `  --${name}${placeholder === undefined ? '' : ` <${placeholder}>`}`
  return `${left.padEnd(28)}${left.length >= 28 ? ' ' : ''}${meaning}`
}

/** The page of `embedline --help`, or of a group of commands: `embedline buckets --help`. */
export function overview(
  commands: Readonly<Record<string, { summary: string }>>,
  group: readonly string[],
): string {
  const program = ['embedline', ...group].join(' ')
  return [
    `Usage: ${program} <command> [flags]`,
    '',
    ...(group.length === 0 ? ['A self-hosted server for asynchronous embedding tasks.', ''] : []),
    'Commands:',
    ...Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`),
    '',
    `${program} <command> --help shows its flags; embedline --version shows the version.`,
    '',
  ].join('\n')
}
