import type { FastifyRequest } from 'fastify'
import { changeKey, revokeKey } from '../../../tasks/keys/changeKey.ts'
import { createKey } from '../../../tasks/keys/createKey.ts'
import { listKeys } from '../../../tasks/keys/listKeys.ts'
import { visibleKey } from '../../../tasks/keys/ownKey.ts'
import { rotateKey } from '../../../tasks/keys/rotateKey.ts'
import { readBody } from '../../requestBody.ts'
import { inWireNames } from '../inWireNames.ts'
import { parseBody, readJson, readQuery } from '../readRequest.ts'
import type { Handler } from '../route.ts'
import { presentKey } from './present.ts'
import { KeyPatch, KeysQuery, NewKey, Rotation } from './schemas.ts'

const BODY_BYTES = 10_000

/** `GET /keys`: the keys of the account, the oldest first. */
export const listOwnKeys: Handler = async ({ parts, account, request }) => {
  const query = readQuery(request, KeysQuery)
  const { rows, nextAfter } = await listKeys(parts, account, query)
  const nowMs = parts.clock.nowMs()
  return {
    keys: rows.map((key) => presentKey(key, nowMs)),
    ...(nextAfter !== undefined && { next_after: nextAfter }),
  }
}

/** `POST /keys`: the answer, and no other, has the secret. */
export const makeKey: Handler = async ({ parts, account, request, reply }) => {
  const body = await readJson(request, NewKey, BODY_BYTES)
  const { key, secret } = await inWireNames(() =>
    createKey(parts, account, {
      account: body.account,
      name: body.name,
      scopes: body.scopes,
      expiresMs: body.expires_at ?? undefined,
      requestsPerMinute: body.requests_per_minute ?? undefined,
    }),
  )
  reply.code(201).header('location', `/api/keys/${key.id}`)
  return { ...presentKey(key, parts.clock.nowMs()), key: secret }
}

/** `GET /keys/{id}`. */
export const getKey: Handler = async ({ parts, account, request }) =>
  presentKey(await visibleKey(parts.store.read, account, idOf(request)), parts.clock.nowMs())

/** `PATCH /keys/{id}`: what is not named stays; null takes an end or a limit away. */
export const patchKey: Handler = async ({ parts, account, request }) => {
  const body = await readJson(request, KeyPatch, BODY_BYTES)
  const change = {
    name: body.name,
    scopes: body.scopes,
    expiresMs: body.expires_at,
    requestsPerMinute: body.requests_per_minute,
  }
  const key = await inWireNames(() => changeKey(parts, account, idOf(request), change))
  return presentKey(key, parts.clock.nowMs())
}

/** `DELETE /keys/{id}`: nothing is answered to that key any more. */
export const removeKey: Handler = async ({ parts, account, request, reply }) => {
  await revokeKey(parts, account, idOf(request))
  return reply.code(204).send()
}

/** `POST /keys/{id}/rotate`: another secret for the same key. */
export const rotate: Handler = async ({ parts, account, request }) => {
  const { overlap_sec: overlapSec } = parseBody(await readBody(request.raw, BODY_BYTES), Rotation)
  const { key, secret, oldUntilMs } = await rotateKey(parts, account, {
    id: idOf(request),
    overlapMs: overlapSec * 1000,
  })
  return {
    ...presentKey(key, parts.clock.nowMs()),
    key: secret,
    ...(oldUntilMs !== undefined && { old_until: new Date(oldUntilMs).toISOString() }),
  }
}

const idOf = ({ params }: FastifyRequest): string => (params as { id: string }).id
