import { expect, test } from 'vitest'
import { isTrap, shapeOf } from './traps.ts'

const trap = (path: string) => isTrap(`https://example.org${path}`)

test('a path that repeats itself, or has no end, is a trap', () => {
  expect(trap('/a/b/a/b/a/b')).toBe(true)
  expect(trap('/start/a/a/a/end')).toBe(true)
  expect(trap('/a/b/a/c/a/d/a')).toBe(true)
  expect(trap(`/${Array.from({ length: 21 }, (_, index) => `s${index}`).join('/')}`)).toBe(true)
  expect(trap('/?a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9')).toBe(true)
})

test('the paths of real sites are none', () => {
  expect(trap('/')).toBe(false)
  expect(trap('/docs/a/b/docs/a/c.html')).toBe(false)
  expect(trap('/en/latest/api/api/index.html')).toBe(false)
  expect(trap('/search?q=a&page=2')).toBe(false)
})

test('addresses that a program may make without end have a shape in common', () => {
  const shape = (path: string) => shapeOf(`https://example.org${path}`)?.name
  expect(shape('/calendar/2030/01/31')).toBe('/calendar/#/#/#')
  expect(shape('/calendar/2030-01')).toBe('/calendar/#')
  expect(shape('/s?page=2&q=x')).toBe('/s?page,q')
  expect(shape('/item/7?a=1&a=2')).toBe('/item/#?a')
  expect(shape('/2030/why-it-rains')).toBe('/#/why-it-rains')
  expect(shape('/docs/v1.2/start')).toBeUndefined()
  expect(shape('/mp3/top10.html')).toBeUndefined()
})
