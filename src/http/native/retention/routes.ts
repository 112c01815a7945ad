import type { Route } from '../route.ts'

export const ROUTES: readonly Route[] = [
  {
    method: 'PATCH',
    path: '/tasks/:id',
    handler: async () => (await import('./retention.ts')).changeTask,
  },
]
