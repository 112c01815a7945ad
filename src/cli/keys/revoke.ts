import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { findServer, SERVER_FLAGS } from '../serverCalls.ts'
import { keyIdOf, keyPath } from './keyAnswers.ts'

export const revoke: Command = {
  usage: 'keys revoke <id> [flags]',
  description: 'Ends a key at once and for good. What it has created stays.',
  flags: SERVER_FLAGS,
  operandLimit: 1,
  async run({ values, switches, operands }, output) {
    const id = keyIdOf(operands)
    const server = await findServer({ values })
    await server.call('DELETE', keyPath(id))
    output.write(
      switches.has('json') ? `${JSON.stringify({ revoked: { id } }, undefined, 2)}\n` : `revoked ${id}\n`,
    )
    return EXIT.done
  },
}
