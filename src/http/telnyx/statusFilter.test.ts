import { expect, test } from 'vitest'
import { statusFilter } from './statusFilter.ts'

const filter = (query: string) => statusFilter(new URLSearchParams(query))

test.for([
  'status=queued&status=processing',
  'status=queued,processing',
  'status=queued%2Cprocessing',
  'status[]=queued&status[]=processing',
  'status%5B%5D=queued&status%5B%5D=processing',
  'status[0]=queued&status[1]=processing',
  'status%5B0%5D=queued&status%5B1%5D=processing',
  'status=processing, queued',
  'status=processing,+queued',
  'status=,queued,,processing,',
  'status=queued&status[]=processing&status=queued',
  '',
  'status=',
  'status=,',
  'status[]=',
  'other=success',
])('the query %j asks for what is queued or processing', (query) => {
  const { states, unknown } = filter(query)
  expect(states.toSorted()).toEqual(['processing', 'queued'])
  expect(unknown).toEqual([])
})

test.for([
  ['success', ['ready']],
  ['partial_success', ['partial']],
  ['failure', ['cancelled', 'failed']],
  ['failed', ['cancelled', 'failed']],
  ['failed,failure', ['cancelled', 'failed']],
] as const)('the status %j means the states %j', ([status, states]) => {
  expect(filter(`status=${status}`).states.toSorted()).toEqual(states)
})

test('words that are no status are told apart and match nothing', () => {
  expect(filter('status=nonsense')).toEqual({ states: [], unknown: ['nonsense'] })
  expect(filter('status=Success,success')).toEqual({ states: ['ready'], unknown: ['Success'] })
  expect(filter('status=constructor')).toEqual({ states: [], unknown: ['constructor'] })
})
