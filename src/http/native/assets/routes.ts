import type { Route } from '../route.ts'

const assets = () => import('./assets.ts')

export const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/assets/:id/content', handler: async () => (await assets()).getContent },
  { method: 'GET', path: '/assets/:id/thumbnails', handler: async () => (await assets()).getThumbnail },
  { method: 'GET', path: '/assets/:id/waveform', handler: async () => (await assets()).getWaveform },
]
