import { expect, test } from 'vitest'
import { operations } from './openapi.ts'
import { ROUTES } from './routes.ts'

test('every route is described, and everything that is described is a route', () => {
  const described = operations().map(({ method, path }) => `${method.toUpperCase()} ${path}`)
  const routes = ROUTES.map(
    ({ method, path }) =>
      `${method} ${path.replace('/objects/*', '/objects/{key}').replace(/:(\w+)/g, '{$1}')}`,
  )
  expect(described.toSorted()).toEqual(routes.toSorted())
})
