import type { Route } from '../route.ts'

export const ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/search',
    scope: 'read',
    handler: async () => (await import('./search.ts')).search,
  },
]
