import type { DescribedRoute } from '../../operations.ts'
import { Key, KeyList, KeyPatch, KeysQuery, NewKey, RotatedKey, Rotation, SecretKey } from './schemas.ts'

const JSON_TYPE = 'application/json'

export const DESCRIBED: readonly DescribedRoute[] = [
  {
    method: 'get',
    path: '/keys',
    id: 'listKeys',
    summary: 'Keys of the account, without their secrets (scope keys)',
    query: KeysQuery,
    answer: { status: 200, schema: KeyList },
  },
  {
    method: 'post',
    path: '/keys',
    id: 'createKey',
    summary: 'Make a key (scope keys); its secret is in this answer only',
    body: { type: JSON_TYPE, schema: NewKey, example: { name: 'laptop', scopes: ['read', 'write'] } },
    answer: { status: 201, schema: SecretKey },
  },
  {
    method: 'get',
    path: '/keys/{id}',
    id: 'getKey',
    summary: 'A key (scope keys)',
    answer: { status: 200, schema: Key },
  },
  {
    method: 'patch',
    path: '/keys/{id}',
    id: 'changeKey',
    summary: 'Change a key (scope keys)',
    body: { type: JSON_TYPE, schema: KeyPatch, example: { scopes: ['read'] } },
    answer: { status: 200, schema: Key },
  },
  {
    method: 'delete',
    path: '/keys/{id}',
    id: 'revokeKey',
    summary: 'Revoke a key, at once and for good (scope keys)',
    answer: { status: 204 },
  },
  {
    method: 'post',
    path: '/keys/{id}/rotate',
    id: 'rotateKey',
    summary: 'Give a key another secret; the one before it is taken for a while more (scope keys)',
    body: { type: JSON_TYPE, schema: Rotation, example: { overlap_sec: 3600 } },
    answer: { status: 200, schema: RotatedKey },
  },
]
