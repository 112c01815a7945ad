import type { Route } from '../route.ts'

const janitor = () => import('./janitor.ts')

export const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/janitor', scope: 'admin', handler: async () => (await janitor()).surveyLeftovers },
  {
    method: 'POST',
    path: '/janitor',
    scope: 'admin',
    handler: async () => (await janitor()).removeLeftovers,
  },
]
