import type { Route } from '../route.ts'

export const ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/tasks/:id/embeddings',
    handler: async () => (await import('./embeddings.ts')).listEmbeddings,
  },
]
