import { expect, test } from 'vitest'
import { runCommand } from '../../../test/support/commandRun.ts'
import { KEY, OPERATOR_KEY, withApp } from '../../../test/support/withApp.ts'
import { create as createAccount, set } from '../accounts/change.ts'
import { list as listAccounts } from '../accounts/list.ts'
import { usage } from '../accounts/usage.ts'
import type { Command } from '../command.ts'
import { create } from './create.ts'
import { endOf } from './keyAnswers.ts'
import { list } from './list.ts'
import { revoke } from './revoke.ts'
import { rotate } from './rotate.ts'

/** Runs commands against a server, with the key of the operator unless said otherwise. */
async function withCommands() {
  const app = await withApp()
  const run = async (command: Command, words: readonly string[], key = OPERATOR_KEY) =>
    (await runCommand(command, [...words, '--url', app.url, '--key', key])).out
  const json = async <Answer>(command: Command, words: readonly string[], key = OPERATOR_KEY) =>
    JSON.parse(await run(command, [...words, '--json'], key)) as Answer
  return { app, run, json }
}

interface Made {
  id: string
  key: string
}

test('create prints the secret of a key first, and list shows the key without it', async () => {
  const { app, run, json } = await withCommands()
  const out = await run(
    create,
    ['nightly', 'ingest', '--scopes', 'read, write', '--expires', '2031-01-01'],
    KEY,
  )
  const [secret = '', , said = ''] = out.split('\n')
  expect(secret).toMatch(/^el_[\w-]{32}$/)
  expect(said).toMatch(/^nightly ingest \(\w+\) may read, write until 2031-01-01T00:00:00.000Z\./)
  expect((await app.fetch('/api/buckets', { headers: { 'x-api-key': secret } })).status).toBe(200)
  const table = await run(list, [], KEY)
  expect(table).not.toContain(secret)
  expect(table).toMatch(/nightly ingest +el_\S{4}… +read,write +active +made +2031-01-01T00:00:00.000Z/)
  expect(await run(list, ['--account', 'one'])).toContain('nightly ingest')
  const { keys } = await json<{ keys: object[] }>(list, [], KEY)
  expect(keys).toMatchObject([{ source: 'config' }, { name: 'nightly ingest' }])
})

test('rotate prints another secret and until when the old one is taken, revoke ends the key', async () => {
  const { app, run, json } = await withCommands()
  const made = await json<Made>(create, ['one'], KEY)
  const status = async (key: string) =>
    (await app.fetch('/api/buckets', { headers: { 'x-api-key': key } })).status
  expect(await run(rotate, [made.id, '--overlap', '2h'], KEY)).toMatch(
    /^el_[\w-]{32}\n\none \(\w+\): the secret before it is taken until 2030-01-01T02:00:00.000Z\.\n$/,
  )
  expect(await status(made.key)).toBe(200)
  const rotated = await json<Made>(rotate, [made.id, '--overlap', '0'], KEY)
  expect([await status(made.key), await status(rotated.key)]).toEqual([401, 200])
  expect(await run(revoke, [made.id], KEY)).toBe(`revoked ${made.id}\n`)
  expect(await status(rotated.key)).toBe(401)
  await expect(run(rotate, [made.id], KEY)).rejects.toMatchObject({
    message: `the server says: The key ${made.id} was revoked. Make another one.`,
  })
})

test('accounts are made with quotas, changed, and shown with what they use', async () => {
  const { app, run, json } = await withCommands()
  expect(await run(createAccount, ['press', '--tasks-per-day', '5'])).toMatch(
    /^press \(\w+\): tasks_per_day 5\n$/,
  )
  expect(await run(set, ['press', '--tasks-per-day', 'none', '--stored-bytes', '100000000000'])).toMatch(
    /^press \(\w+\): stored_bytes 100000000000\n$/,
  )
  expect(await run(listAccounts, [])).toMatch(/^press +\w+ +0 +stored_bytes 100000000000$/m)
  const { accounts } = await json<{ accounts: object[] }>(listAccounts, [])
  expect(accounts).toHaveLength(4)
  const made = await json<Made>(create, ['first', '--account', 'press'])
  expect(await run(usage, [], made.key)).toBe('Nothing was used.\n')
  await app.fetch('/api/buckets/docs/objects/a', {
    method: 'PUT',
    body: 'abc',
    headers: { 'x-api-key': made.key },
  })
  await expect
    .poll(() => run(usage, ['press', '--by-key']))
    .toMatch(new RegExp(`^2030-01-01 +\\w+ +${made.id} +0 +0 +0 +0 +3$`, 'm'))
  expect((await json<{ total: object }>(usage, ['*', '--from', '2030-01-01'])).total).toMatchObject({
    bytes: 3,
  })
  await expect(run(listAccounts, [], KEY)).rejects.toMatchObject({
    message: expect.stringContaining('a key with the scope admin'),
  })
})

test('what is missing or wrong is said before a server is asked', async () => {
  const { run } = await withCommands()
  await expect(run(create, [])).rejects.toMatchObject({ code: 'request_invalid' })
  await expect(run(create, ['x', '--expires', 'soon'])).rejects.toThrow('--expires: expected a duration')
  await expect(run(create, ['x', '--expires', '2030-13-01'])).rejects.toThrow('--expires: expected a time')
  await expect(run(rotate, ['id', '--overlap', '1'])).rejects.toThrow('--overlap')
  await expect(run(revoke, [])).rejects.toThrow('which key?')
  await expect(run(set, ['press'])).rejects.toThrow('which quota?')
  await expect(run(set, ['press', '--tokens-per-day', '-1'])).rejects.toThrow('whole number')
  expect(endOf('90d', Date.parse('2030-01-01T00:00:00Z'))).toBe('2030-04-01T00:00:00.000Z')
})
