import type { Route } from '../route.ts'

export const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/limits', handler: async () => (await import('./limits.ts')).getLimits },
]
