import type { Route } from '../route.ts'

const accounts = () => import('./accounts.ts')

const ACCOUNT = '/accounts/:account'

export const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/accounts', scope: 'admin', handler: async () => (await accounts()).listAll },
  { method: 'POST', path: '/accounts', scope: 'admin', handler: async () => (await accounts()).makeAccount },
  { method: 'GET', path: ACCOUNT, scope: 'admin', handler: async () => (await accounts()).getAccount },
  { method: 'PATCH', path: ACCOUNT, scope: 'admin', handler: async () => (await accounts()).patchAccount },
]
