import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { allPages, findServer, SERVER_FLAGS } from '../serverCalls.ts'
import { aligned } from '../table.ts'
import { ACCOUNTS_PATH, quotasText, type ListedAccount } from './accountAnswers.ts'

export const list: Command = {
  usage: 'accounts list [flags]',
  description: 'Lists all accounts with their quotas. Wants the key of the operator.',
  flags: SERVER_FLAGS,
  operandLimit: 0,
  async run({ values, switches }, output) {
    const server = await findServer({ values })
    const accounts = await allPages<ListedAccount>(server, ACCOUNTS_PATH, {
      noun: 'accounts',
      query: { limit: '1000' },
    })
    output.write(
      switches.has('json') ? `${JSON.stringify({ accounts }, undefined, 2)}\n` : accountTable(accounts),
    )
    return EXIT.done
  },
}

const accountTable = (accounts: readonly ListedAccount[]): string =>
  aligned([
    ['account', 'id', 'stored bytes', 'quotas'],
    ...accounts.map(({ name, id, stored_bytes: bytes, quotas }) => [
      name,
      id,
      String(bytes),
      quotasText(quotas),
    ]),
  ])
