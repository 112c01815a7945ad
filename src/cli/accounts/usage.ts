import type { Command, CommandLine, Flag } from '../command.ts'
import { EXIT } from '../exit.ts'
import { findServer, SERVER_FLAGS } from '../serverCalls.ts'
import { aligned } from '../table.ts'

const FLAGS: readonly Flag[] = [
  { name: 'from', placeholder: 'date', meaning: 'The first day, UTC [default 29 days before --to].' },
  { name: 'to', placeholder: 'date', meaning: 'The last day [default today].' },
  { name: 'by-key', meaning: 'A line for each key.' },
]

interface UsedOnDay {
  date: string
  account_id: string
  key_id?: string | null
  tasks: number
  items: number
  media_sec: number
  tokens: number
  bytes: number
}

export const usage: Command = {
  usage: 'accounts usage [account|*] [flags]',
  description:
    'Shows what an account has used, day by day (UTC): of the account of the key unless another is named, which wants\n' +
    'the key of the operator; * is all of them.',
  flags: [...FLAGS, ...SERVER_FLAGS],
  operandLimit: 1,
  async run(line, output) {
    const server = await findServer(line)
    const answer = (await server.call('GET', `/api/usage?${queryOf(line).toString()}`)) as {
      usage: UsedOnDay[]
    }
    const isJson = line.switches.has('json')
    output.write(isJson ? `${JSON.stringify(answer, undefined, 2)}\n` : dayTable(answer.usage))
    return EXIT.done
  },
}

function queryOf({ values, switches, operands }: CommandLine): URLSearchParams {
  const [account] = operands
  const [from, to] = [values.get('from'), values.get('to')]
  return new URLSearchParams({
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(account !== undefined && { account }),
    ...(switches.has('by-key') && { by: 'key' }),
  })
}

const dayTable = (days: readonly UsedOnDay[]): string =>
  days.length === 0
    ? 'Nothing was used.\n'
    : aligned([
        ['date', 'account', 'key', 'tasks', 'items', 'media sec', 'tokens', 'bytes'],
        ...days.map((day) => [
          day.date,
          day.account_id,
          day.key_id ?? '-',
          ...[day.tasks, day.items, day.media_sec, day.tokens, day.bytes].map(String),
        ]),
      ])
