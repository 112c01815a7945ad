import { expect, test } from 'vitest'
import { progressBar } from './progressBar.ts'

function drawn(isTerminal: boolean) {
  const written: string[] = []
  return { bar: progressBar({ write: (text) => void written.push(text), isTerminal }), written }
}

test('on a terminal the line is drawn over, and ends with what came of it', () => {
  const { bar, written } = drawn(true)
  bar.show('embedding', 0.5)
  bar.done('ready')
  expect(written).toEqual([
    '\r\u001B[2K   embedding              [############------------] 50 %',
    '\r\u001B[2K   ready\n',
  ])
})

test('elsewhere there are plain lines, and few of them', () => {
  const { bar, written } = drawn(false)
  for (let percent = 0; percent <= 100; percent++) bar.show('embedding', percent / 100)
  bar.done('ready')
  expect(written).toEqual([
    ...[0, 25, 50, 75, 100].map((percent) => `   embedding ${percent} %\n`),
    '   ready\n',
  ])
})
