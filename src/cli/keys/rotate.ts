import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { findServer, SERVER_FLAGS } from '../serverCalls.ts'
import { keyIdOf, keyPath, secondsOf, type SecretKey } from './keyAnswers.ts'

export const rotate: Command = {
  usage: 'keys rotate <id> [flags]',
  description:
    'Gives a key another secret and prints it, this once. The one before it is taken for a while more, so that whoever\n' +
    'uses it can be changed.',
  flags: [
    {
      name: 'overlap',
      placeholder: 'duration',
      meaning: 'How long the old secret is taken: 1h, 7d, or 0 [default 1d].',
    },
    ...SERVER_FLAGS,
  ],
  operandLimit: 1,
  async run({ values, switches, operands }, output) {
    const id = keyIdOf(operands)
    const overlap = values.get('overlap')
    const order = overlap === undefined ? {} : { overlap_sec: secondsOf('overlap', overlap) }
    const server = await findServer({ values })
    const made = (await server.call('POST', `${keyPath(id)}/rotate`, { json: order })) as SecretKey
    output.write(switches.has('json') ? `${JSON.stringify(made, undefined, 2)}\n` : describe(made))
    return EXIT.done
  },
}

const describe = ({ id, name, key, old_until: oldUntil }: SecretKey): string =>
  `${key}\n\n${name} (${id}): the secret before it ${oldUntil === undefined ? 'is not taken any more' : `is taken until ${oldUntil}`}.\n`
