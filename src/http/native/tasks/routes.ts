import type { Route } from '../route.ts'

const tasks = () => import('./tasks.ts')

const TASK = '/tasks/:id'

export const ROUTES: readonly Route[] = [
  { method: 'GET', path: TASK, handler: async () => (await tasks()).getTask },
]
