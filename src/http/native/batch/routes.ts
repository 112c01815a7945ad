import type { Route } from '../route.ts'

const batch = () => import('./batch.ts')

export const ROUTES: readonly Route[] = [
  { method: 'POST', path: '/tasks', handler: async () => (await batch()).createTask },
  { method: 'POST', path: '/tasks/batch', handler: async () => (await batch()).createBatch },
]
