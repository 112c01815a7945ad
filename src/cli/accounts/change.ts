import { EmbedlineError } from '../../domain/errors.ts'
import type { Command, CommandLine, Output } from '../command.ts'
import { EXIT } from '../exit.ts'
import { findServer, SERVER_FLAGS } from '../serverCalls.ts'
import {
  accountOf,
  ACCOUNTS_PATH,
  QUOTA_FLAGS,
  quotasOf,
  quotasText,
  type ListedAccount,
} from './accountAnswers.ts'

const FLAGS = [...QUOTA_FLAGS, ...SERVER_FLAGS]

export const create: Command = {
  usage: 'accounts create <name> [flags]',
  description:
    'Makes an account. Its first key: embedline keys create <name> --account <account>. Wants the key of the operator.',
  flags: FLAGS,
  operandLimit: 1,
  run: (line, output) =>
    change(line, output, 'POST', ACCOUNTS_PATH, { name: accountOf(line.operands), quotas: quotasOf(line) }),
}

export const set: Command = {
  usage: 'accounts set <account> [flags]',
  description: 'Changes quotas of an account; those that are not named stay. Wants the key of the operator.',
  flags: FLAGS,
  operandLimit: 1,
  async run(line, output) {
    const path = `${ACCOUNTS_PATH}/${encodeURIComponent(accountOf(line.operands))}`
    const quotas = quotasOf(line)
    if (Object.keys(quotas).length === 0) throw new EmbedlineError('request_invalid', 'which quota?')
    return change(line, output, 'PATCH', path, { quotas })
  },
}

async function change(
  line: CommandLine,
  output: Output,
  method: string,
  path: string,
  json: object,
): Promise<number> {
  const server = await findServer(line)
  const account = (await server.call(method, path, { json })) as ListedAccount
  output.write(
    line.switches.has('json')
      ? `${JSON.stringify(account, undefined, 2)}\n`
      : `${account.name} (${account.id}): ${quotasText(account.quotas)}\n`,
  )
  return EXIT.done
}
