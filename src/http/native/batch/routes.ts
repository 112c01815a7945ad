import type { Route } from '../route.ts'

export const ROUTES: readonly Route[] = [
  { method: 'POST', path: '/tasks/batch', handler: async () => (await import('./batch.ts')).createBatch },
]
