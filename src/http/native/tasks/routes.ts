import type { Route } from '../route.ts'

const tasks = () => import('./tasks.ts')

const TASK = '/tasks/:id'

export const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/tasks', handler: async () => (await tasks()).listTasks },
  { method: 'GET', path: TASK, handler: async () => (await tasks()).getTask },
  { method: 'PATCH', path: TASK, handler: async () => (await tasks()).changeTask },
  { method: 'DELETE', path: TASK, handler: async () => (await tasks()).deleteTask },
  { method: 'POST', path: `${TASK}/cancel`, handler: async () => (await tasks()).cancelTask },
  { method: 'POST', path: `${TASK}/retry`, handler: async () => (await tasks()).retryTask },
  { method: 'POST', path: `${TASK}/rerun`, handler: async () => (await tasks()).rerunTask },
  { method: 'GET', path: `${TASK}/items`, handler: async () => (await import('./items.ts')).listItems },
  { method: 'GET', path: `${TASK}/history`, handler: async () => (await import('./history.ts')).getHistory },
]
