import type { DescribedRoute } from '../../operations.ts'
import { ListedModels, PullOrder, PullState, Removal } from './schemas.ts'

export const DESCRIBED: readonly DescribedRoute[] = [
  {
    method: 'get',
    path: '/models',
    id: 'listModels',
    summary: 'Models of this server, and those that it could pull',
    answer: { status: 200, schema: ListedModels },
  },
  {
    method: 'post',
    path: '/models/pull',
    id: 'pullModel',
    summary: 'Begin to pull a model (the operator only); the same pull that runs already is answered again',
    body: { type: 'application/json', schema: PullOrder, example: { model: 'embeddinggemma-2' } },
    answer: { status: 202, schema: PullState },
  },
  {
    method: 'get',
    path: '/models/pull/{pull}',
    id: 'getPull',
    summary: 'How far a pull is (the operator only)',
    answer: { status: 200, schema: PullState },
  },
  {
    method: 'delete',
    path: '/models/pull/{pull}',
    id: 'stopPull',
    summary: 'Stop a pull (the operator only); what was fetched stays for the next one',
    answer: { status: 200, schema: PullState },
  },
  {
    method: 'delete',
    path: '/models/{model}',
    id: 'removeModel',
    summary: 'Remove the files of a model (the operator only)',
    query: Removal,
    answer: { status: 204 },
  },
]
