import type { Route } from '../route.ts'

const keys = () => import('./keys.ts')

const KEY = '/keys/:id'

export const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/keys', scope: 'keys', handler: async () => (await keys()).listOwnKeys },
  { method: 'POST', path: '/keys', scope: 'keys', handler: async () => (await keys()).makeKey },
  { method: 'GET', path: KEY, scope: 'keys', handler: async () => (await keys()).getKey },
  { method: 'PATCH', path: KEY, scope: 'keys', handler: async () => (await keys()).patchKey },
  { method: 'DELETE', path: KEY, scope: 'keys', handler: async () => (await keys()).removeKey },
  { method: 'POST', path: `${KEY}/rotate`, scope: 'keys', handler: async () => (await keys()).rotate },
]
