import type { Command } from './command.ts'
import { EXIT } from './exit.ts'
import { findServer, SERVER_FLAGS } from './serverCalls.ts'
import { sizeText } from './models/modelFlags.ts'
import { aligned } from './table.ts'

interface Answer {
  dry_run: boolean
  removed: { reason: string; count: number; size_bytes: number }[]
  size_bytes: number
}

export const janitor: Command = {
  usage: 'janitor [flags]',
  description:
    'Removes at once what a running server would remove within the minute: tasks and assets past their retention,\n' +
    'uploads that nobody went on with, what a crash left. With --dry-run it only says what that is.',
  flags: [{ name: 'dry-run', meaning: 'Removes nothing.' }, ...SERVER_FLAGS],
  operandLimit: 0,
  async run({ values, switches }, output) {
    const server = await findServer({ values })
    const isDry = switches.has('dry-run')
    const answer = (await server.call(isDry ? 'GET' : 'POST', '/api/janitor')) as Answer
    output.write(switches.has('json') ? `${JSON.stringify(answer, undefined, 2)}\n` : tableOf(answer))
    return EXIT.done
  },
}

function tableOf({ dry_run: isDry, removed, size_bytes: totalBytes }: Answer): string {
  const rows = removed
    .filter(({ count }) => count > 0)
    .map(({ reason, count, size_bytes: bytes }) => [
      reason.replaceAll('_', ' '),
      String(count),
      sizeText(bytes),
    ])
  if (rows.length === 0) return 'There is nothing to remove.\n'
  return `${aligned([['reason', 'count', 'size'], ...rows])}${isDry ? 'Would free' : 'Freed'} about ${sizeText(totalBytes)}.\n`
}
