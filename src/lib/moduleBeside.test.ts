import { expect, test } from 'vitest'
import { moduleBeside } from './moduleBeside.ts'

test('a module beside a source is a source, beside compiled code compiled code', () => {
  expect(moduleBeside('child', 'file:///src/a.b/pool.ts').href).toBe('file:///src/a.b/child.ts')
  expect(moduleBeside('child', 'file:///dist/pool.js').href).toBe('file:///dist/child.js')
})
