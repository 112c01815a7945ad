import type { Route } from '../route.ts'

const pauses = () => import('./pauses.ts')

export const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/pauses', handler: async () => (await pauses()).listPauses },
  { method: 'POST', path: '/pauses', handler: async () => (await pauses()).makePause },
  { method: 'DELETE', path: '/pauses/:id', handler: async () => (await pauses()).endPause },
]
