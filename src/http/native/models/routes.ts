import type { Route } from '../route.ts'

const models = () => import('./models.ts')

const PULL = '/models/pull/:pull'

export const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/models', handler: async () => (await models()).listModels },
  { method: 'POST', path: '/models/pull', scope: 'admin', handler: async () => (await models()).pullModel },
  { method: 'GET', path: PULL, scope: 'admin', handler: async () => (await models()).getPull },
  { method: 'DELETE', path: PULL, scope: 'admin', handler: async () => (await models()).stopPull },
  {
    method: 'DELETE',
    path: '/models/:model',
    scope: 'admin',
    handler: async () => (await models()).removeModel,
  },
]
