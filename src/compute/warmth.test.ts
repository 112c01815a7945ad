import { expect, test } from 'vitest'
import { EmbedlineError } from '../domain/errors.ts'
import { makeWarmth } from './warmth.ts'

interface Load {
  onProgress: (fraction: number) => void
  end: PromiseWithResolvers<void>
}

function observedWarmth() {
  const loads: Load[] = []
  const failures: string[] = []
  const warmth = makeWarmth<string>({
    load(_child, onProgress) {
      const end = Promise.withResolvers<void>()
      loads.push({ onProgress, end })
      return end.promise
    },
    onFailure: ({ message }) => void failures.push(message),
  })
  return { warmth, loads, failures }
}

const settled = () => new Promise(setImmediate)
const failure = () => new EmbedlineError('model_damaged', 'A file is cut off.')

test('the child that is furthest says how far loading is, and one that is done makes all ready', async () => {
  const { warmth, loads } = observedWarmth()
  warmth.warm('one')
  warmth.warm('other')
  expect(warmth.readiness(['one', 'other'])).toEqual({ state: 'loading', fraction: 0 })
  loads[1]!.onProgress(0.4)
  expect(warmth.readiness(['one', 'other'])).toEqual({ state: 'loading', fraction: 0.4 })
  loads[0]!.end.resolve()
  await settled()
  expect(warmth.readiness(['one', 'other'])).toEqual({ state: 'ready' })
})

test('why loading failed is said until it goes on, and whoever asks makes it try again', async () => {
  const { warmth, loads, failures } = observedWarmth()
  warmth.warm('one')
  loads[0]!.end.reject(failure())
  await settled()
  expect(failures).toEqual(['A file is cut off.'])
  expect(warmth.readiness(['one'])).toEqual({ state: 'failed', message: 'A file is cut off.' })
  expect(warmth.readiness(['one'])).toEqual({ state: 'failed', message: 'A file is cut off.' })
  expect(loads).toHaveLength(2)
  loads[1]!.onProgress(0.1)
  expect(warmth.readiness(['one'])).toEqual({ state: 'loading', fraction: 0.1 })
  loads[1]!.end.resolve()
  await settled()
  expect(warmth.readiness(['one'])).toEqual({ state: 'ready' })
})

test('a child that ends while it loads leaves nothing, and its place begins anew', async () => {
  const { warmth, loads, failures } = observedWarmth()
  warmth.warm('one')
  warmth.forget('one')
  loads[0]!.end.reject(failure())
  await settled()
  expect(failures).toEqual([])
  expect(warmth.readiness([])).toEqual({ state: 'loading', fraction: 0 })
})
