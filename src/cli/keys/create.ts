import { EmbedlineError } from '../../domain/errors.ts'
import { SCOPES } from '../../domain/scopes.ts'
import type { Command, CommandLine, Flag } from '../command.ts'
import { EXIT } from '../exit.ts'
import { findServer, SERVER_FLAGS } from '../serverCalls.ts'
import { wholeNumber } from '../wholeNumber.ts'
import { ACCOUNT_FLAG, endOf, KEYS_PATH, type SecretKey } from './keyAnswers.ts'

const FLAGS: readonly Flag[] = [
  {
    name: 'scopes',
    placeholder: 'words',
    meaning: `What it may do: ${SCOPES.join(', ')} [default read,write].`,
  },
  {
    name: 'expires',
    placeholder: 'when',
    meaning: 'When it ends: 90d, or 2030-12-31T23:59:59Z [default never].',
  },
  {
    name: 'requests-per-minute',
    placeholder: 'count',
    meaning: 'A limit of its own; wants the key of the operator.',
  },
  ACCOUNT_FLAG,
]

export const create: Command = {
  usage: 'keys create <name> [flags]',
  description: 'Makes a key and prints its secret, which is told this once and is not kept.',
  flags: [...FLAGS, ...SERVER_FLAGS],
  operandLimit: Number.POSITIVE_INFINITY,
  async run(line, output) {
    const order = orderOf(line)
    const server = await findServer(line)
    const made = (await server.call('POST', KEYS_PATH, { json: order })) as SecretKey
    output.write(line.switches.has('json') ? `${JSON.stringify(made, undefined, 2)}\n` : describe(made))
    return EXIT.done
  },
}

function orderOf({ values, operands }: CommandLine): object {
  const name = operands.join(' ')
  if (name === '') throw new EmbedlineError('request_invalid', 'what is the key called?')
  const scopes = values.get('scopes')
  const expires = values.get('expires')
  const perMinute = values.get('requests-per-minute')
  const account = values.get('account')
  return {
    name,
    ...(scopes !== undefined && { scopes: scopes.split(',').map((scope) => scope.trim()) }),
    ...(expires !== undefined && { expires_at: endOf(expires, Date.now()) }),
    ...(perMinute !== undefined && {
      requests_per_minute: wholeNumber('requests-per-minute', perMinute, 1, 999_999_999),
    }),
    ...(account !== undefined && { account }),
  }
}

const describe = ({ id, name, scopes, expires_at: end, key }: SecretKey): string =>
  `${key}\n\n${name} (${id}) may ${scopes.join(', ')}${end === undefined ? '' : ` until ${end}`}. The secret is told this once.\n`
