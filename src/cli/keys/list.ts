import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { allPages, findServer, SERVER_FLAGS } from '../serverCalls.ts'
import { aligned } from '../table.ts'
import { ACCOUNT_FLAG, KEYS_PATH, type ListedKey } from './keyAnswers.ts'

export const list: Command = {
  usage: 'keys list [flags]',
  description:
    'Lists the keys of the account: those that were made here, and those that the operator lists (source config).',
  flags: [ACCOUNT_FLAG, ...SERVER_FLAGS],
  operandLimit: 0,
  async run({ values, switches }, output) {
    const server = await findServer({ values })
    const account = values.get('account')
    const keys = await allPages<ListedKey>(server, KEYS_PATH, {
      noun: 'keys',
      query: { limit: '1000', ...(account !== undefined && { account }) },
    })
    output.write(switches.has('json') ? `${JSON.stringify({ keys }, undefined, 2)}\n` : keyTable(keys))
    return EXIT.done
  },
}

const keyTable = (keys: readonly ListedKey[]): string =>
  aligned([
    ['id', 'name', 'begins', 'scopes', 'state', 'source', 'expires', 'last used'],
    ...keys.map((key) => [
      key.id,
      key.name,
      key.hint ?? '-',
      key.scopes.join(','),
      key.state,
      key.source,
      key.expires_at ?? 'never',
      key.last_used_at ?? '-',
    ]),
  ])
