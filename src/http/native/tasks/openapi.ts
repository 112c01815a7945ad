import type { DescribedRoute } from '../../operations.ts'
import {
  HistoryAnswer,
  HistoryQuery,
  ItemList,
  ItemListQuery,
  Rerun,
  TaskChange,
  TaskAnswer,
  TaskList,
  TaskListQuery,
  TaskQuery,
} from './schemas.ts'

export const DESCRIBED: readonly DescribedRoute[] = [
  {
    method: 'get',
    path: '/tasks',
    summary: 'Tasks of media and of buckets, newest first',
    query: TaskListQuery,
    answer: { status: 200, schema: TaskList },
  },
  {
    method: 'get',
    path: '/tasks/{id}',
    summary: 'A task, of media or of a bucket; `wait` for its end',
    query: TaskQuery,
    answer: { status: 200, schema: TaskAnswer },
  },
  {
    method: 'patch',
    path: '/tasks/{id}',
    summary: 'Keep a task for longer or shorter',
    body: { type: 'application/json', schema: TaskChange },
    answer: { status: 200, schema: TaskAnswer },
  },
  {
    method: 'delete',
    path: '/tasks/{id}',
    summary: 'Remove a task with its vectors and its input; one that runs is cancelled first',
    answer: { status: 204 },
  },
  {
    method: 'post',
    path: '/tasks/{id}/cancel',
    summary: 'End a task; what is finished of it stays, and one that has ended stays as it is',
    answer: { status: 200, schema: TaskAnswer },
  },
  {
    method: 'post',
    path: '/tasks/{id}/retry',
    summary: 'Do again what failed or was cancelled of a task; what is done stays',
    answer: { status: 200, schema: TaskAnswer },
  },
  {
    method: 'post',
    path: '/tasks/{id}/rerun',
    summary: 'Make a new task of the same input, with another model',
    body: { type: 'application/json', schema: Rerun },
    answer: { status: 201, schema: TaskAnswer },
  },
  {
    method: 'get',
    path: '/tasks/{id}/items',
    summary: 'The pieces of work of a task, in the order in which they were made',
    query: ItemListQuery,
    answer: { status: 200, schema: ItemList },
  },
  {
    method: 'get',
    path: '/tasks/{id}/history',
    summary: 'What happened to a task, the oldest first, and the pauses that held it back',
    query: HistoryQuery,
    answer: { status: 200, schema: HistoryAnswer },
  },
]
