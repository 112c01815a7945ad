import { expect, test } from 'vitest'
import { OPERATOR_KEY, withApp } from '../../../../test/support/withApp.ts'

test('the operator alone sees what the janitor would remove, and has it removed', async () => {
  const app = await withApp()
  const ask = (method: string, query = '', key = OPERATOR_KEY) =>
    app.fetch(`/api/janitor${query}`, { method, headers: { 'x-api-key': key } })
  expect((await app.fetch('/api/janitor')).status).toBe(403)
  expect((await app.fetch('/api/janitor', { method: 'POST' })).status).toBe(403)
  const orphan = await app.room.received('orphan')
  await app.parts.objects.keep(app.room.account.id, orphan)
  const totals: unknown[] = []
  for (const [method, query] of [
    ['GET', ''],
    ['GET', '?dry_run=true'],
    ['POST', '?dry_run=true'],
    ['POST', ''],
    ['GET', ''],
  ] as const) {
    const answer = (await (await ask(method, query)).json()) as Record<string, unknown>
    totals.push([answer['dry_run'], answer['size_bytes']])
  }
  expect(totals).toEqual([
    [true, 6],
    [true, 6],
    [true, 6],
    [false, 6],
    [true, 0],
  ])
  expect((await ask('GET', '?dry_run=false')).status).toBe(400)
  expect((await ask('POST', '?dry_run=perhaps')).status).toBe(400)
})
