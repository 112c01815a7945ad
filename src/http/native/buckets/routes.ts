import type { Route } from '../route.ts'

const objects = () => import('./objects.ts')

const LIST = '/buckets/:bucket/objects'
const OBJECT = '/buckets/:bucket/objects/*'

export const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/buckets', handler: async () => (await objects()).listBuckets },
  { method: 'PUT', path: '/buckets/:bucket', handler: async () => (await objects()).makeBucket },
  { method: 'GET', path: LIST, handler: async () => (await objects()).listObjects },
  { method: 'GET', path: OBJECT, handler: async () => (await objects()).getObject },
  { method: 'PUT', path: OBJECT, handler: async () => (await objects()).putObject },
  { method: 'DELETE', path: OBJECT, handler: async () => (await objects()).removeObject },
]
