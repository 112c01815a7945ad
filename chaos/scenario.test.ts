import { expect, test } from 'vitest'
import { DEEDS, makePlan } from './plan.ts'
import { makeScenario, partsOf } from './scenario.ts'

test('the same seed asks for the same, another one for something else; names are unique, and each kind is there', () => {
  const orders = makeScenario({ seed: 7, tasks: 60 })
  expect(makeScenario({ seed: 7, tasks: 60 })).toEqual(orders)
  expect(makeScenario({ seed: 8, tasks: 60 })).not.toEqual(orders)
  expect(new Set(orders.map(({ name }) => name)).size).toBe(orders.length)
  expect(new Set(orders.slice(0, 9).map(({ kind }) => kind)).size).toBe(9)
  expect(orders.reduce((sum, order) => sum + partsOf(order), 0)).toBeGreaterThanOrEqual(60)
})

test('a plan has as many kills as were asked for, and something of all that can be done', () => {
  const plan = makePlan({ seed: 7, kills: 100, can: new Set(DEEDS) })
  expect(makePlan({ seed: 7, kills: 100, can: new Set(DEEDS) })).toEqual(plan)
  expect(plan.filter((kind) => kind === 'kill')).toHaveLength(100)
  expect(new Set(plan)).toEqual(new Set(DEEDS))
  expect(new Set(makePlan({ seed: 7, kills: 100, can: new Set(['kill']) }))).toEqual(new Set(['kill']))
})
