import { OPERATOR_KEY, type TestApp } from './withApp.ts'

/** A call of the native door with a key. */
export interface NativeAnswer<Body = Record<string, unknown>> {
  status: number
  body: Body
}

/** Calls `/api` as whoever has this key. */
export async function native(
  app: TestApp,
  key: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<NativeAnswer> {
  const response = await app.fetch(`/api${path}`, {
    method,
    headers: { 'x-api-key': key },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) }
}

export interface MadeKey {
  id: string
  secret: string
}

/** Makes a key of the account `one`, unless said otherwise, as the operator. */
export async function madeKey(app: TestApp, fields: object = {}): Promise<MadeKey> {
  const order = { name: 'test', account: 'one', ...fields }
  const { status, body } = await native(app, OPERATOR_KEY, 'POST', '/keys', order)
  if (status !== 201) throw new Error(JSON.stringify(body))
  return { id: body['id'] as string, secret: body['key'] as string }
}

/** Gives the account `one` quotas, as the operator. */
export const setQuotas = (app: TestApp, quotas: object): Promise<NativeAnswer> =>
  native(app, OPERATOR_KEY, 'PATCH', '/accounts/one', { quotas })
