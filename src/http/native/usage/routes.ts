import type { Route } from '../route.ts'

export const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/usage', handler: async () => (await import('./usage.ts')).getUsage },
]
