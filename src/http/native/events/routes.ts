import type { Route } from '../route.ts'

const events = () => import('./events.ts')

export const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/events', handler: async () => (await events()).streamEvents },
  { method: 'GET', path: '/tasks/:id/events', handler: async () => (await events()).streamTaskEvents },
]
